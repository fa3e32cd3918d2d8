"""What of an event may stand on anybody's screen, for every event there is."""

from dataclasses import fields
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from chassis import codec
from contracts.catalogue import events
from contracts.message import Envelope, Event
from contracts.values import Actor, ActorKind, Money
from hotelmate.impersonal import booking_of, facts, line

PLANTED = "Ada Planted <ada@planted.example>"


def filled(kind: Any) -> Any:
    """A value of that type with something personal wherever there is room for words."""
    if get_origin(kind) in (Union, UnionType):
        return filled(next(one for one in get_args(kind) if one is not NoneType))
    if get_origin(kind) is tuple:
        return (filled(get_args(kind)[0]),)
    if kind is str:
        return PLANTED
    if kind is Actor:
        return Actor(ActorKind.STAFF, "7", PLANTED)
    if kind is Money:
        return Money(100, "EUR")
    if kind is datetime:
        return datetime(2026, 11, 21, tzinfo=UTC)
    if hasattr(kind, "__members__"):
        return next(iter(kind))
    if hasattr(kind, "__dataclass_fields__"):
        return kind(**{field.name: filled(get_type_hints(kind)[field.name]) for field in fields(kind)})
    return (
        {}
        if get_origin(kind) is dict or kind is dict
        else kind.fromordinal(740_000)
        if hasattr(kind, "fromordinal")
        else kind(1)
    )


def enveloped(kind: type[Event], data: dict[str, Any]) -> Envelope:
    return Envelope(
        id="1", source=kind.owner, type=kind.wire_name, subject=PLANTED, time=datetime(2026, 11, 21, tzinfo=UTC),
        sequence=1, hotel=PLANTED, data=data, dataschema="",
    )  # fmt: skip


@pytest.mark.parametrize("name", events())
def test_nothing_that_has_room_for_words_is_shown(name: str) -> None:
    kind = events()[name]
    envelope = enveloped(kind, codec.plain(filled(kind)))

    told = facts(envelope)

    assert "Planted" in str(envelope.data), "there is something to be found"
    assert "lanted" not in str(told) + line(envelope)


def test_numbers_moments_statuses_money_and_ids_are_shown() -> None:
    kind = events()["payments.PaymentCaptured.v1"]
    data = {
        "booking_id": "BK-2026-ABC234", "hotel": "the-inn", "payment_id": "p1", "payment_intent_id": "pi_1",
        "amount": {"amount": 15000, "currency": "EUR"}, "captured_at": "2026-11-21T12:00:00Z",
    }  # fmt: skip

    told = facts(enveloped(kind, data))

    assert (told["amount"], told["payment_intent_id"]) == ("15000 EUR", "pi_1")
    assert told["captured_at"] == "2026-11-21T12:00:00Z"
    assert booking_of(enveloped(kind, data)) == "BK-2026-ABC234"


def test_of_an_event_that_is_not_known_or_does_not_fit_nothing_is_shown() -> None:
    kind = events()["payments.PaymentCaptured.v1"]

    assert facts(enveloped(kind, {"amount": PLANTED})) == {}
