"""The bulk check-in: each booking by the ordinary check-in, in its own transaction, independently of the others."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.bulk_check_in import BookingsCheckedIn, CheckInBookings
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import CheckIn
from contracts.message import Ask
from contracts.rooms.events import RoomStatus
from contracts.rooms.occupancy import MoveIn
from contracts.values import Caller, Context
from tests.conversations.actions import (
    assigned,
    booking,
    checked_in,
    confirmed,
    in_house,
    make_timers_due,
    process_dies,
    refusal,
    room,
    with_room_status,
)
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture

KEYED = replace(STAFF, idempotency_key="k", fingerprint="f")


def arriving(fixture: PlatformFixture, room_number: str, **stay: int) -> str:
    """The id of a confirmed booking with this room."""
    arrival = confirmed(fixture, **stay)
    return assigned(fixture, arrival.id, room_number).id


def bulk(fixture: PlatformFixture, *bookings: str, caller: Context = STAFF) -> BookingsCheckedIn:
    return fixture.platform.ask(CheckInBookings(hotel=HOTEL, booking_ids=bookings), caller)


def failures(reply: BookingsCheckedIn) -> dict[str, str]:
    return {each.booking_id: each.code for each in reply.failed}


def test_each_booking_is_checked_in_or_fails_with_the_code_of_its_own_check_in(fixture: PlatformFixture) -> None:
    one, other = arriving(fixture, "101"), arriving(fixture, "102")
    without_room = confirmed(fixture, room_type=fixture.room_types()[1]).id
    to_come = arriving(fixture, "103", begins=1)
    broken = arriving(fixture, "104")
    with_room_status(fixture, "104", RoomStatus.MAINTENANCE_REQUIRED)

    reply = bulk(fixture, one, without_room, to_come, "BK-2020-NOBODY", broken, other, one)

    assert reply.checked_in_bookings == (one, other)
    assert failures(reply) == {
        booking_id: refusal(fixture, CheckIn(hotel=HOTEL, booking_id=booking_id)).code
        for booking_id in (without_room, to_come, "BK-2020-NOBODY", broken)
    }
    assert set(failures(reply).values()) == {
        "NO_ROOM_ASSIGNED",
        "CHECKIN_WRONG_DATE",
        "BOOKING_NOT_FOUND",
        "ROOM_NOT_READY",
    }
    assert reply.processed == 6
    assert [room(fixture, number).current_booking_id for number in ("101", "102", "104")] == [one, other, None]
    fixture.settle()
    assert [fixture.platform.event_names(each).count("GuestCheckedIn") for each in (one, other)] == [1, 1]


def test_a_guest_in_house_is_not_checked_in_again(fixture: PlatformFixture) -> None:
    guest = in_house(fixture, "101")
    version = booking(fixture, guest).version

    assert bulk(fixture, guest).checked_in_bookings == (guest,)
    assert booking(fixture, guest).version == version


def test_a_booking_of_another_hotel_is_not_found(fixture: PlatformFixture) -> None:
    guest = arriving(fixture, "101")
    elsewhere = replace(STAFF, caller=replace(STAFF.caller, hotel="hotel-dingle"))

    reply = fixture.platform.ask(CheckInBookings(hotel="hotel-dingle", booking_ids=(guest,)), elsewhere)

    assert failures(reply) == {guest: "BOOKING_NOT_FOUND"}
    assert booking(fixture, guest).status is BookingStatus.CONFIRMED


def test_callers_who_may_not_and_too_many_bookings_are_refused_whole(fixture: PlatformFixture) -> None:
    guest = arriving(fixture, "101")
    elsewhere = replace(STAFF, caller=replace(STAFF.caller, hotel="hotel-dingle"))

    for caller, code in (
        (elsewhere, "HOTEL_NOT_FOUND"),
        (Context(caller=Caller(kind="guest", guest_token="t")), "PERMISSION_DENIED"),
    ):
        with pytest.raises(Refusal, match=code):
            bulk(fixture, guest, caller=caller)
    with pytest.raises(Refusal, match="VALIDATION_ERROR"):
        bulk(fixture, *(f"BK-{number}" for number in range(101)))
    assert booking(fixture, guest).status is BookingStatus.CONFIRMED


def test_a_repeated_request_has_the_same_reply_and_no_second_effect(fixture: PlatformFixture) -> None:
    guest = arriving(fixture, "101")

    first = bulk(fixture, guest, caller=KEYED)

    assert bulk(fixture, guest, caller=KEYED) == first
    fixture.settle()
    assert fixture.platform.event_names(guest).count("GuestCheckedIn") == 1


@pytest.mark.parametrize("after", [False, True], ids=["before rooms", "after rooms"])
def test_a_check_in_that_was_interrupted_fails_and_is_completed(fixture: PlatformFixture, after: bool) -> None:
    guest = arriving(fixture, "101")

    with process_dies(fixture, MoveIn, after=after):
        assert failures(bulk(fixture, guest)) == {guest: "SERVICE_UNAVAILABLE"}
    make_timers_due(fixture)

    assert booking(fixture, guest).status is BookingStatus.IN_HOUSE
    assert fixture.platform.event_names(guest).count("GuestCheckedIn") == 1


def test_a_pending_action_of_another_request_is_left_to_that_request(fixture: PlatformFixture) -> None:
    one, other = arriving(fixture, "101"), arriving(fixture, "102")
    with process_dies(fixture, MoveIn, after=False), pytest.raises(Unavailable):
        checked_in(fixture, one)

    reply = bulk(fixture, one, other, caller=KEYED)

    assert (reply.checked_in_bookings, failures(reply)) == ((other,), {one: "ACTION_IN_PROGRESS"})


def test_after_a_booking_without_an_answer_from_rooms_the_others_are_not_attempted(fixture: PlatformFixture) -> None:
    """Each would wait for the time limit of its ask."""
    one, other = arriving(fixture, "101"), arriving(fixture, "102")

    with process_dies(fixture, MoveIn, after=False):
        reply = bulk(fixture, one, other)
    make_timers_due(fixture)

    assert failures(reply) == {one: "SERVICE_UNAVAILABLE", other: "SERVICE_UNAVAILABLE"}
    statuses = [booking(fixture, each).status for each in (one, other)]
    assert statuses == [BookingStatus.IN_HOUSE, BookingStatus.CONFIRMED]


@pytest.mark.parametrize("after", [False, True], ids=["before rooms", "after rooms"])
def test_a_request_with_a_key_fails_as_a_whole_and_its_repetition_completes_it(
    fixture: PlatformFixture, after: bool
) -> None:
    """A stored `SERVICE_UNAVAILABLE` would be the reply for ever, although the check-in still comes."""
    one, other = arriving(fixture, "101"), arriving(fixture, "102")

    with process_dies(fixture, MoveIn, after=after), pytest.raises(Unavailable):
        bulk(fixture, one, other, caller=KEYED)
    reply = bulk(fixture, one, other, caller=KEYED)

    assert (reply.checked_in_bookings, reply.failed) == ((one, other), ())
    fixture.settle()
    assert [fixture.platform.event_names(each).count("GuestCheckedIn") for each in (one, other)] == [1, 1]


@pytest.mark.parametrize("other_request", ["of another person", "with a key of its own"])
def test_a_repetition_does_not_complete_the_action_of_another_request(
    fixture: PlatformFixture, other_request: str
) -> None:
    one, other = arriving(fixture, "101"), arriving(fixture, "102")
    with process_dies(fixture, MoveIn, after=False), pytest.raises(Unavailable):
        bulk(fixture, one, other, caller=KEYED)
    colleague = replace(STAFF, caller=replace(STAFF.caller, staff_id="8"))
    context = colleague if other_request == "of another person" else replace(KEYED, idempotency_key="another")
    with process_dies(fixture, MoveIn, after=False), pytest.raises(Unavailable):
        fixture.platform.ask(CheckIn(hotel=HOTEL, booking_id=other), context)

    reply = bulk(fixture, one, other, caller=KEYED)

    assert (reply.checked_in_bookings, failures(reply)) == ((one,), {other: "ACTION_IN_PROGRESS"})


def test_a_request_that_was_frozen_begins_nothing_after_it_was_taken_over(fixture: PlatformFixture) -> None:
    one, other = arriving(fixture, "101"), arriving(fixture, "102")
    bookings = fixture.platform.services["bookings"]
    original = bookings.ask_server._ask

    def taken_over(message: Ask[Any], context: Context) -> Any:
        reply = original(message, context)
        if isinstance(message, MoveIn):
            with bookings.engine.begin() as connection:
                connection.execute(sa.text("UPDATE idempotency SET holder = 'the repetition'"))
        return reply

    bookings.ask_server._ask = taken_over
    try:
        with pytest.raises(Unavailable, match="another process"):
            bulk(fixture, one, other, caller=KEYED)
    finally:
        bookings.ask_server._ask = original

    statuses = [booking(fixture, each).status for each in (one, other)]
    assert statuses == [BookingStatus.IN_HOUSE, BookingStatus.CONFIRMED]
