"""The fields of each event that `hotelmate events` may print."""

from dataclasses import fields
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from chassis import codec
from contracts.catalogue import events
from contracts.message import Envelope, Event
from contracts.values import Actor, ActorKind, Money
from hotelmate.event_format import as_line, booking_id_of, public_fields

PLANTED = "Ada Planted <ada@planted.example>"


def filled(kind: Any) -> Any:
    """A value of that type with a personal text in every text field."""
    if get_origin(kind) in (Union, UnionType):
        return filled(next(option for option in get_args(kind) if option is not NoneType))
    if get_origin(kind) is tuple:
        return (filled(get_args(kind)[0]),)
    if kind is str:
        return PLANTED
    if kind is Actor:
        return Actor(ActorKind.STAFF, "7")
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
def test_no_field_with_room_for_words_is_printed(name: str) -> None:
    kind = events()[name]
    envelope = enveloped(kind, codec.plain(filled(kind)))

    printed = public_fields(envelope)

    assert "Planted" in str(envelope.data), "there is something to be found"
    assert "lanted" not in str(printed) + as_line(envelope)


def test_numbers_times_statuses_money_and_ids_are_printed() -> None:
    kind = events()["payments.PaymentCaptured.v1"]
    data = {
        "booking_id": "BK-2026-ABCD2345", "hotel": "the-inn", "payment_id": "p1", "payment_intent_id": "pi_1",
        "amount": {"amount": 15000, "currency": "EUR"}, "captured_at": "2026-11-21T12:00:00Z",
    }  # fmt: skip

    printed = public_fields(enveloped(kind, data))

    assert (printed["amount"], printed["payment_intent_id"]) == ("EUR 150.00", "pi_1")
    assert printed["captured_at"] == "2026-11-21T12:00:00Z"
    assert booking_id_of(enveloped(kind, data)) == "BK-2026-ABCD2345"


def test_no_field_of_an_event_of_another_form_is_printed() -> None:
    kind = events()["payments.PaymentCaptured.v1"]

    assert public_fields(enveloped(kind, {"amount": PLANTED})) == {}
