"""Assignments without a room number, and locks of rooms, as staff send them."""

from chassis.refusal import Refusal
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.stays import AssignRoom
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway, code

BOOKING = f"/api/staff/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}"


def test_a_booking_for_which_there_is_no_room_says_what_is_in_the_way(
    gateway: Gateway, front_desk: dict[str, str]
) -> None:
    way = [{"kind": "block", "id": "12", "room_number": "101"}]
    refusal = Refusal("NO_ROOM_AVAILABLE", "None.", nights=["2026-08-14"], blocked_by=way, proven=True)
    gateway.bus.answers(AssignRoom, refusal)

    answer = gateway.post(f"{BOOKING}/assign-room/", headers=front_desk)

    assert (answer.status_code, code(answer)) == (409, "NO_ROOM_AVAILABLE")
    body = answer.json()
    assert (body["nights"], body["blocked_by"], body["proven"]) == (["2026-08-14"], way, True)


def test_staff_lock_a_room(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(AmendBooking, builders.booking(assigned_room_number="101", room_locked=True))

    answer = gateway.patch(f"{BOOKING}/", {"room_locked": True}, headers=front_desk)

    assert (answer.status_code, answer.json()["room_locked"]) == (200, True)
    assert gateway.bus.last(AmendBooking).room_locked is True
    gateway.bus.answers(AmendBooking, Refusal("NO_ROOM_ASSIGNED", "No room."))
    refused = gateway.patch(f"{BOOKING}/", {"room_locked": True}, headers=front_desk)
    assert (refused.status_code, code(refused)) == (409, "NO_ROOM_ASSIGNED")
