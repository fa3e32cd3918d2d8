"""The AsyncAPI document describes the realtime events that the notifier sends."""

from functools import cache
from typing import Any

import jsonschema
import pytest

from chassis import codec
from contracts.bookings.approval import BookingConfirmed
from contracts.bookings.status import BookingStatus
from contracts.message import Event
from contracts.values import Actor, ActorKind
from docs.asyncapi import asyncapi
from docs.page import page
from services.notifier.channels import parse
from services.notifier.domain.notice_mapping import push_for
from services.notifier.domain.pushes import PUSHES
from tests.unit.notifier.samples import envelope_of, sample

document = cache(asyncapi)
STAFF = Actor(ActorKind.STAFF, "staff-1")


def validate(name: str, data: dict[str, Any]) -> None:
    """Raise `jsonschema.ValidationError` unless the data match the documented schema of the realtime event."""
    schema = document()["components"]["messages"][f"realtime.{name}"]["payload"]
    jsonschema.Draft202012Validator({**schema, "components": document()["components"]}).validate(data)


def events(kind: type[Event]) -> list[Event]:
    """The event with all optional fields filled in, and with none."""
    by = PUSHES[kind].by
    status = {"status": BookingStatus.CONFIRMED, "previous_status": BookingStatus.IN_HOUSE}
    own = {name: value for name, value in status.items() if name in kind.__dataclass_fields__}
    return [sample(kind, **own, **({by: STAFF} if by else {})), sample(kind)]


@pytest.mark.parametrize("kind", PUSHES, ids=lambda kind: kind.__name__)
def test_every_push_matches_its_documented_schema_and_channels(kind: type[Event]) -> None:
    pushes = [push_for(event, envelope_of(event), legacy=False) for event in events(kind)]
    groups = [group for push in pushes if push for group in push.groups]

    assert groups
    for group in groups:
        name = group.names[0]
        validate(name, data_on_the_wire(group.data))
        for channel in group.channels:
            parsed = parse(channel)
            assert parsed
            assert f"realtime.{name}" in document()["channels"][f"realtime.{parsed.kind}"]["messages"]


def test_a_field_that_is_not_documented_fails_validation() -> None:
    event = sample(BookingConfirmed)
    push = push_for(event, envelope_of(event), legacy=False)
    assert push
    data = data_on_the_wire(push.groups[0].data)

    with pytest.raises(jsonschema.ValidationError):
        validate("booking_confirmed", data | {"guest_name": "Ada"})


def data_on_the_wire(data: dict[str, Any]) -> dict[str, Any]:
    decoded: dict[str, Any] = codec.decode(codec.encode(data))
    return decoded


def test_the_page_shows_code_as_code() -> None:
    text = page(document())

    assert "<code>expires_at</code>" in text
    assert "`" not in text.partition("<body>")[2]


def test_the_page_shows_all_that_a_message_says_of_its_fields() -> None:
    text = page(document())

    assert "<p>A refund failed; staff must act. <code>refunded_total</code> is the amount refunded so far.</p>" in text
    assert "<code>retriable</code> is False where staff made the refund on the provider&#x27;s pages" in text
