"""One word for each capability of bookings: an ask and its handler stand in modules of the same name."""

import pytest

from services.bookings.service import SERVICE

# The handlers' module of asks whose contract stands in a module of several capabilities.
ELSEWHERE = {"CreateBooking": "creation", "MarkNoShow": "no_shows", "GetMailFacts": "guest_access"}
HANDLED = [door for door in SERVICE.asks if door.handler.__module__.startswith("services.bookings.handlers.")]


@pytest.mark.parametrize("door", HANDLED, ids=lambda door: door.message.__name__)
def test_an_ask_and_its_handler_stand_in_modules_of_the_same_name(door: object) -> None:
    message, handler = door.message, door.handler  # type: ignore[attr-defined]
    capability = ELSEWHERE.get(message.__name__, message.__module__.rpartition(".")[2])

    assert handler.__module__ == f"services.bookings.handlers.{capability}"


def test_every_exception_is_one() -> None:
    modules = {door.message.__name__: door.message.__module__.rpartition(".")[2] for door in HANDLED}

    assert [name for name, module in ELSEWHERE.items() if modules[name] == module] == []
