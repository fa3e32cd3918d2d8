"""One word for each capability: an ask and its handler stand in modules of the same name, in every service."""

from importlib import import_module

import pytest

from chassis.service import AskHandler, Service
from contracts.catalogue import OWNERS
from services.rooms.handlers import nouns

SERVICES: dict[str, Service] = {name: import_module(f"services.{name}.service").SERVICE for name in OWNERS}
# The handler's module of each ask whose contract stands in a module of several capabilities.
ELSEWHERE = {
    "CreateBooking": "creation",
    "MarkNoShow": "no_shows",
    "GetMailFacts": "guest_access",
    "GetManyMailFacts": "guest_access",
}
# The capability of each noun of rooms, whose handlers are the methods of one class.
NOUNS = {
    id(nouns.ROOM_TYPES): "room_types",
    id(nouns.PROMOTIONS): "promotions",
    id(nouns.POLICIES): "policies",
    id(nouns.MENU_ITEMS): "menu",
}


def contract_word(ask: AskHandler) -> str:
    return ask.message.__module__.rpartition(".")[2]


def handler_word(ask: AskHandler) -> str:
    noun = NOUNS.get(id(getattr(ask.handler, "__self__", None)))
    return noun or ask.handler.__module__.rpartition(".")[2]


def own_asks(service: str) -> list[AskHandler]:
    """The asks of a service without the two-step actions, which have a page each."""
    return [
        ask for ask in SERVICES[service].asks if not ask.handler.__module__.startswith(f"services.{service}.actions.")
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_an_ask_and_its_handler_stand_in_modules_of_the_same_name(service: str) -> None:
    words = {ask.message.__name__: (contract_word(ask), handler_word(ask)) for ask in own_asks(service)}

    assert words
    assert {name: words[name] for name in words if words[name][0] != words[name][1] and name not in ELSEWHERE} == {}


def test_every_exception_is_one() -> None:
    words = {ask.message.__name__: ask for service in SERVICES for ask in own_asks(service)}

    assert {name: handler_word(words[name]) for name in ELSEWHERE} == ELSEWHERE
    assert not [name for name, word in ELSEWHERE.items() if contract_word(words[name]) == word]
