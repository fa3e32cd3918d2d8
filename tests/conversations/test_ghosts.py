"""Differences between bookings and rooms about occupied rooms: found, repaired by ordinary asks, and reported."""

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Unavailable
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import CheckIn
from contracts.rooms.events import RoomStatus
from contracts.rooms.occupancy import MoveIn, TakeCensus
from contracts.values import Context
from tests.conversations.actions import (
    assigned,
    booking,
    checked_out,
    confirmed,
    in_house,
    make_timers_due,
    process_dies,
    refusal,
    room,
    with_room_status,
)
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture
from tests.conversations.test_assigning_rooms import left
from tests.conversations.test_checking_out_rooms import ghost, in_rooms

Status = BookingStatus


def in_bookings(fixture: PlatformFixture, statement: str, **values: Any) -> Any:
    with fixture.platform.services["bookings"].engine.begin() as connection:
        result = connection.execute(sa.text(statement), values)
        return result.all() if result.returns_rows else None


def compared(fixture: PlatformFixture) -> list[tuple[str, str, bool, str | None]]:
    """All rooms are compared now; what the table then says: kind, booking, mended, problem."""
    in_bookings(fixture, "UPDATE census SET due_at = now()")
    fixture.settle()
    rows = in_bookings(fixture, "SELECT kind, booking_id, mended_at IS NOT NULL, problem FROM ghost ORDER BY 1, 2")
    return [tuple(row) for row in rows]


def a_minute_later(fixture: PlatformFixture) -> list[tuple[str, str, bool, str | None]]:
    in_bookings(fixture, "UPDATE ghost SET first_seen_at = first_seen_at - interval '61 seconds'")
    return compared(fixture)


def test_an_ordinary_day_has_no_ghosts(fixture: PlatformFixture) -> None:
    in_house(fixture, "101")
    assigned(fixture, confirmed(fixture).id, "102")
    checked_out(fixture, in_house(fixture, "103"))

    assert compared(fixture) == []


def test_a_difference_found_once_is_reported_and_not_repaired(fixture: PlatformFixture) -> None:
    ghost(fixture, "101", "BK-2020-NOBODY")

    assert compared(fixture) == [("OCCUPIED_BY_NOBODY", "BK-2020-NOBODY", False, None)]
    assert room(fixture, "101").is_occupied
    in_rooms(fixture, "UPDATE room SET status = 'READY_FOR_GUEST', occupied_by = NULL WHERE room_number = '101'")

    assert compared(fixture) == []


def test_a_room_occupied_by_an_unknown_booking_is_cleared(fixture: PlatformFixture) -> None:
    gone = checked_out(fixture, in_house(fixture, "102", nights=1)).id
    ghost(fixture, "101", gone)
    compared(fixture)

    assert a_minute_later(fixture) == [("OCCUPIED_BY_NOBODY", gone, True, None)]
    assert room(fixture, "101").room_status is RoomStatus.CHECKOUT_DIRTY
    assert booking(fixture, gone).status is Status.COMPLETED


def test_a_guest_who_is_to_come_keeps_their_claim_and_may_come(fixture: PlatformFixture) -> None:
    to_come = confirmed(fixture).id
    assigned(fixture, to_come, "101")
    ghost(fixture, "101", to_come)
    in_rooms(fixture, "UPDATE period SET moved_in_at = now() WHERE booking_id = :b", b=to_come)
    compared(fixture)

    assert a_minute_later(fixture) == [("OCCUPIED_BY_NOBODY", to_come, True, None)]
    assert booking(fixture, to_come).assigned_room_number == "101"
    assert refusal(fixture, CheckIn(hotel=HOTEL, booking_id=to_come)).code == "ROOM_NOT_READY"
    with_room_status(fixture, "101", RoomStatus.READY_FOR_GUEST)
    assert fixture.platform.ask(CheckIn(hotel=HOTEL, booking_id=to_come), STAFF).status is Status.IN_HOUSE


def test_a_guest_in_house_moves_into_their_room_again(fixture: PlatformFixture) -> None:
    mine = in_house(fixture, "101")
    version = booking(fixture, mine).version
    in_rooms(fixture, "UPDATE room SET status = 'READY_FOR_GUEST', occupied_by = NULL WHERE room_number = '101'")
    compared(fixture)

    assert a_minute_later(fixture) == [("NOT_IN_ITS_ROOM", mine, True, None)]
    assert room(fixture, "101").current_booking_id == mine
    assert booking(fixture, mine).version == version


def test_a_difference_that_cannot_be_repaired_is_left_to_staff_with_the_reason(fixture: PlatformFixture) -> None:
    mine = in_house(fixture, "101")
    in_rooms(fixture, "UPDATE room SET status = 'CHECKOUT_DIRTY', occupied_by = NULL WHERE room_number = '101'")
    compared(fixture)

    assert a_minute_later(fixture) == [("NOT_IN_ITS_ROOM", mine, False, "ROOM_NOT_READY")]
    in_rooms(fixture, "UPDATE room SET status = 'READY_FOR_GUEST' WHERE room_number = '101'")
    assert compared(fixture) == [("NOT_IN_ITS_ROOM", mine, True, None)]


@pytest.mark.parametrize("hold_lives", [True, False])
def test_a_claim_of_an_ended_booking_is_let_go_of(fixture: PlatformFixture, hold_lives: bool) -> None:
    before = left(fixture, "SGL")
    mine = confirmed(fixture).id
    assigned(fixture, mine, "101")
    fixture.settle()
    in_bookings(fixture, "UPDATE booking SET status = 'EXPIRED', ended_at = now() WHERE id = :b", b=mine)
    if not hold_lives:
        in_rooms(fixture, "UPDATE hold SET ended_at = now() WHERE booking_id = :b", b=mine)
        in_rooms(fixture, "DELETE FROM hold_part WHERE booking_id = :b", b=mine)
        in_rooms(fixture, "UPDATE night SET sold = 0")
    compared(fixture)

    assert a_minute_later(fixture) == [("CLAIMED_BY_NOBODY", mine, True, None)]
    assert left(fixture, "SGL") == before
    assert assigned(fixture, confirmed(fixture).id, "101").assigned_room_number == "101"


def test_a_booking_with_a_pending_action_is_no_ghost(fixture: PlatformFixture) -> None:
    mine = confirmed(fixture).id
    assigned(fixture, mine, "101")
    with process_dies(fixture, MoveIn, after=True), pytest.raises(Unavailable):
        fixture.platform.ask(CheckIn(hotel=HOTEL, booking_id=mine), STAFF)
    in_bookings(fixture, "UPDATE booking SET action_due_at = now() + interval '1 hour' WHERE pending IS NOT NULL")
    assert room(fixture, "101").is_occupied

    assert compared(fixture) == []
    make_timers_due(fixture)
    assert booking(fixture, mine).status is Status.IN_HOUSE


def test_the_rooms_are_compared_page_by_page_and_by_one_at_a_time(
    fixture: PlatformFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursors: list[int] = []
    really = fixture.platform.ask_from_service

    def pages(message: Any, context: Context) -> Any:
        if isinstance(message, TakeCensus):
            cursors.append(message.after)
            message = TakeCensus(after=message.after, limit=7)
        return really(message, context)

    monkeypatch.setattr(fixture.platform, "ask_from_service", pages)
    ghost(fixture, "204", "BK-2020-NOBODY")

    assert [kind for kind, *_ in compared(fixture)] == ["OCCUPIED_BY_NOBODY"]
    assert len(cursors) > 1
    assert cursors == sorted(cursors)
    cursors.clear()
    fixture.settle()
    assert cursors == []  # the next round is half a minute away
