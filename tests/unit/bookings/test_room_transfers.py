"""The timeline names the rooms of every event that takes a guest into or out of a room."""

from dataclasses import fields, replace
from typing import Any

import pytest

from chassis import codec
from contracts.bookings.events import BookingEvent
from contracts.bookings.extensions import StayExtended
from contracts.bookings.orders import OrderAccepted, OrderCancelled, OrderCompleted, OrderPlaced
from contracts.bookings.overstays import Incident, IncidentStatus, OverstayFlagged, OverstaySeverity
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import StayChangeHeld, StayChangeLapsed
from contracts.bookings.stays import GuestCheckedIn, GuestCheckedOut, RoomAssigned, RoomLocked, RoomMoved
from services.bookings.domain import evolution
from services.bookings.domain.room_transfers import NO_TRANSFER, ROOM_FIELDS, RoomTransfer, room_transfer
from services.bookings.lifecycle import LIFECYCLE
from tests.unit.bookings.builders import NOW, a_booking
from tests.unit.notifier.samples import sample

# Events that name the guest's room and leave the guest there.
STAYS_IN_THE_ROOM = {
    RoomLocked, StayChangeHeld, StayChangeLapsed, StayExtended, OverstayFlagged,
    OrderPlaced, OrderAccepted, OrderCompleted, OrderCancelled,
}  # fmt: skip
INCIDENT = Incident(id="i", status=IncidentStatus.OPEN, severity=OverstaySeverity.LOW, deadline_at=NOW, opened_at=NOW)


@pytest.mark.parametrize("step", list(LIFECYCLE), ids=lambda step: f"{step[0]}-{step[1].__name__}")
def test_every_change_of_the_assigned_room_names_both_rooms(step: tuple[Any, type[BookingEvent], Any]) -> None:
    status, kind, becomes = step
    event = sample(kind, status=becomes)
    room = getattr(event, "previous_room_number", None) or getattr(event, "room_number", None) or "101"
    booking = a_booking(status=status or BookingStatus.DRAFT, assigned_room_number=room, overstay=INCIDENT)

    after = evolution.evolve(booking, event, at=NOW).assigned_room_number

    if after != room:
        assert room_transfer(kind.__name__, codec.plain(event)) == RoomTransfer(room, after)


def test_every_event_with_a_room_number_changes_the_room_or_is_listed_here() -> None:
    with_room = {event for _, event, _ in LIFECYCLE if "room_number" in {field.name for field in fields(event)}}

    assert with_room == set(ROOM_FIELDS) | STAYS_IN_THE_ROOM
    assert not set(ROOM_FIELDS) & STAYS_IN_THE_ROOM


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (RoomAssigned, ("102", "101")),
        (RoomMoved, ("102", "101")),
        (GuestCheckedIn, (None, "101")),
        (GuestCheckedOut, ("101", None)),
        (OverstayFlagged, NO_TRANSFER),
    ],
)
def test_the_rooms_of_an_event(kind: type[BookingEvent], change: tuple[str | None, str | None]) -> None:
    assert room_transfer(kind.__name__, codec.plain(sample(kind))) == change


def test_a_first_assignment_has_no_room_before() -> None:
    first = replace(sample(RoomAssigned), previous_room_number=None)

    assert room_transfer("RoomAssigned", codec.plain(first)) == (None, "101")


def test_an_event_that_was_stored_without_a_room_names_none() -> None:
    assert room_transfer("BookingCancelled", {"booking_id": "BK"}) == NO_TRANSFER
    assert room_transfer("PaymentVoided", None) == NO_TRANSFER
