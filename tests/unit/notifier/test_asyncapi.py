"""What the AsyncAPI document says of realtime events is what the notifier emits."""

from typing import Any

import jsonschema
import pytest

from chassis import codec
from contracts.bookings import BookingStatus
from contracts.message import Event
from contracts.values import Actor, ActorKind
from docs.asyncapi import asyncapi
from services.notifier.channels import parse
from services.notifier.domain import push_about
from services.notifier.notices import PUSHES
from tests.unit.notifier.samples import heard, sample

DOCUMENT = asyncapi()
STAFF = Actor(ActorKind.STAFF, "staff-1", "Grace Hopper")


def schema_of(name: str) -> dict[str, Any]:
    return {**DOCUMENT["components"]["messages"][f"realtime.{name}"]["payload"], "components": DOCUMENT["components"]}


def facts(kind: type[Event]) -> list[Event]:
    """The fact with as much filled in as it can carry, and with as little."""
    by = PUSHES[kind].by
    status = {"status": BookingStatus.CONFIRMED, "previous_status": BookingStatus.IN_HOUSE}
    own = {name: value for name, value in status.items() if name in kind.__dataclass_fields__}
    return [sample(kind, **own, **({by: STAFF} if by else {})), sample(kind)]


@pytest.mark.parametrize("kind", PUSHES, ids=lambda kind: kind.__name__)
def test_every_push_is_as_documented(kind: type[Event]) -> None:
    notices = [push_about(fact, heard(fact), legacy=False) for fact in facts(kind)]
    emitted = [group for notice in notices if notice for group in notice.groups]

    assert emitted
    for group in emitted:
        name = group.names[0]
        jsonschema.validate(data_on_the_wire(group.data), schema_of(name))
        for channel in group.channels:
            found = parse(channel)
            assert found
            assert f"realtime.{name}" in DOCUMENT["channels"][f"realtime.{found.kind}"]["messages"]


def test_a_field_that_is_not_documented_is_noticed() -> None:
    schema = schema_of("booking_confirmed")
    fact = next(kind for kind in PUSHES if kind.__name__ == "BookingConfirmed")
    notice = push_about(sample(fact), heard(sample(fact)), legacy=False)
    assert notice
    data = data_on_the_wire(next(iter(notice.groups)).data)

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data | {"guest_name": "Ada"}, schema)


def data_on_the_wire(data: dict[str, Any]) -> dict[str, Any]:
    carried: dict[str, Any] = codec.decode(codec.encode(data))
    return carried
