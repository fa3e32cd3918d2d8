"""The timeline names the rooms that a guest had before and afterwards, for staff and for `hotelmate explain`."""

from typing import Any

import pytest

from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetTimeline
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, MarkNoShow, MoveRoom, UnassignRoom
from contracts.bookings.walk_ins import AddWalkIn
from contracts.operations import ExplainBooking
from services.bookings.store.explanation import explain_booking
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import ARRIVES, about, confirmed
from tests.unit.bookings.builders import HOTEL, a_request

Rooms = list[tuple[str, str | None, str | None]]


def rooms_for_staff(service: BookingsUnderTest, booking_id: str) -> Rooms:
    items = service.ask(GetTimeline(**about(booking_id))).items
    return [(item.what, item.from_room, item.to_room) for item in items if item.from_room or item.to_room]


def rooms_for_operators(service: BookingsUnderTest, booking_id: str) -> Rooms:
    with service.engine.begin() as connection:
        entries = explain_booking(connection, ExplainBooking(booking=booking_id)).entries
    rooms = [(entry.what, entry.facts.get("from_room"), entry.facts.get("to_room")) for entry in entries]
    return [each for each in rooms if any(each[1:])]


def stay_with_moves(service: BookingsUnderTest) -> str:
    booking_id = confirmed(service)
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    service.ask(AssignRoom(**about(booking_id, room_number="102")))
    service.ask(UnassignRoom(**about(booking_id)))
    service.ask(AssignRoom(**about(booking_id, room_number="103")))
    service.at(ARRIVES)
    service.ask(CheckIn(**about(booking_id)))
    service.ask(MoveRoom(**about(booking_id, to_room_number="204", reason="The shower drips.")))
    return booking_id


MOVES: Rooms = [
    ("RoomAssigned", None, "101"),
    ("RoomAssigned", "101", "102"),
    ("RoomUnassigned", "102", None),
    ("RoomAssigned", None, "103"),
    ("GuestCheckedIn", None, "103"),
    ("RoomMoved", "103", "204"),
]


@pytest.mark.parametrize("read", [rooms_for_staff, rooms_for_operators])
def test_the_timeline_names_both_rooms_of_each_step_of_a_stay(service: BookingsUnderTest, read: Any) -> None:
    booking_id = stay_with_moves(service)
    service.ask(CheckOut(**about(booking_id)))

    assert read(service, booking_id) == [*MOVES, ("GuestCheckedOut", "204", None)]


@pytest.mark.parametrize("read", [rooms_for_staff, rooms_for_operators])
def test_the_timeline_of_a_walk_in_names_the_room(service: BookingsUnderTest, read: Any) -> None:
    walk_in = AddWalkIn(hotel=HOTEL, room_number="101", guest=a_request().guest)
    booking_id = service.ask(walk_in).booking.booking_id

    assert read(service, booking_id) == [("RoomAssigned", None, "101"), ("GuestCheckedIn", None, "101")]


@pytest.mark.parametrize("read", [rooms_for_staff, rooms_for_operators])
def test_a_cancellation_in_house_names_the_room_that_the_guest_left(service: BookingsUnderTest, read: Any) -> None:
    booking_id = stay_with_moves(service)
    service.ask(CancelBooking(**about(booking_id, reason="Flood.")))

    assert read(service, booking_id) == [*MOVES, ("BookingCancelled", "204", None)]


def test_a_no_show_names_the_room_that_is_free_again(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    service.at(ARRIVES)
    service.pass_time(days=1)
    service.ask(MarkNoShow(**about(booking_id)))

    assert rooms_for_staff(service, booking_id)[-1] == ("BookingNoShow", "101", None)


def test_events_stored_before_they_named_a_room_are_read(service: BookingsUnderTest) -> None:
    booking_id = stay_with_moves(service)
    service.ask(CancelBooking(**about(booking_id, reason="Flood.")))
    service.rows("UPDATE outbox SET data = data - 'room_number' WHERE type = 'bookings.BookingCancelled.v1'")

    assert rooms_for_staff(service, booking_id) == MOVES
