"""Where bookings and rooms do not agree about who lives where: found, mended by the ordinary ways, and told."""

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Unavailable
from contracts.bookings import BookingStatus, CheckIn
from contracts.rooms import MoveIn, RoomStatus, TakeCensus
from contracts.values import Context
from tests.conversations.conftest import HOTEL, STAFF, Scene
from tests.conversations.front_desk import (
    a_minute_passes,
    assigned,
    booking,
    checked_out,
    confirmed,
    dying,
    living_in,
    refusal,
    room,
    turned,
)
from tests.conversations.test_assigning_rooms import left
from tests.conversations.test_checking_out_rooms import ghost, in_rooms

Status = BookingStatus


def in_bookings(scene: Scene, statement: str, **values: Any) -> Any:
    with scene.town.houses["bookings"].engine.begin() as connection:
        result = connection.execute(sa.text(statement), values)
        return result.all() if result.returns_rows else None


def compared(scene: Scene) -> list[tuple[str, str, bool, str | None]]:
    """All rooms are compared now; what the table then says: kind, booking, mended, problem."""
    in_bookings(scene, "UPDATE census SET due_at = now()")
    scene.settle()
    rows = in_bookings(scene, "SELECT kind, booking_id, mended_at IS NOT NULL, problem FROM ghost ORDER BY 1, 2")
    return [tuple(row) for row in rows]


def a_minute_later(scene: Scene) -> list[tuple[str, str, bool, str | None]]:
    in_bookings(scene, "UPDATE ghost SET first_seen_at = first_seen_at - interval '61 seconds'")
    return compared(scene)


def test_an_ordinary_day_has_no_ghosts(scene: Scene) -> None:
    living_in(scene, "101")
    assigned(scene, confirmed(scene).id, "102")
    checked_out(scene, living_in(scene, "103"))

    assert compared(scene) == []


def test_what_is_seen_once_may_be_on_its_way(scene: Scene) -> None:
    ghost(scene, "101", "BK-2020-NOBODY")

    assert compared(scene) == [("OCCUPIED_BY_NOBODY", "BK-2020-NOBODY", False, None)]
    assert room(scene, "101").is_occupied
    in_rooms(scene, "UPDATE room SET status = 'READY_FOR_GUEST', occupied_by = NULL WHERE room_number = '101'")

    assert compared(scene) == []


def test_a_room_that_nobody_lives_in_is_cleared(scene: Scene) -> None:
    gone = checked_out(scene, living_in(scene, "102", nights=1)).id
    ghost(scene, "101", gone)
    compared(scene)

    assert a_minute_later(scene) == [("OCCUPIED_BY_NOBODY", gone, True, None)]
    assert room(scene, "101").room_status is RoomStatus.CHECKOUT_DIRTY
    assert booking(scene, gone).status is Status.COMPLETED


def test_a_guest_who_is_to_come_keeps_their_claim_and_may_come(scene: Scene) -> None:
    to_come = confirmed(scene).id
    assigned(scene, to_come, "101")
    ghost(scene, "101", to_come)
    in_rooms(scene, "UPDATE period SET moved_in_at = now() WHERE booking_id = :b", b=to_come)
    compared(scene)

    assert a_minute_later(scene) == [("OCCUPIED_BY_NOBODY", to_come, True, None)]
    assert booking(scene, to_come).assigned_room_number == "101"
    assert refusal(scene, CheckIn(hotel=HOTEL, booking_id=to_come)).code == "ROOM_NOT_READY"
    turned(scene, "101", RoomStatus.READY_FOR_GUEST)
    assert scene.town.ask(CheckIn(hotel=HOTEL, booking_id=to_come), STAFF).status is Status.IN_HOUSE


def test_a_guest_in_house_moves_into_their_room_again(scene: Scene) -> None:
    mine = living_in(scene, "101")
    version = booking(scene, mine).version
    in_rooms(scene, "UPDATE room SET status = 'READY_FOR_GUEST', occupied_by = NULL WHERE room_number = '101'")
    compared(scene)

    assert a_minute_later(scene) == [("NOT_IN_ITS_ROOM", mine, True, None)]
    assert room(scene, "101").current_booking_id == mine
    assert booking(scene, mine).version == version


def test_what_cannot_be_mended_is_left_to_people_with_the_reason(scene: Scene) -> None:
    mine = living_in(scene, "101")
    in_rooms(scene, "UPDATE room SET status = 'CHECKOUT_DIRTY', occupied_by = NULL WHERE room_number = '101'")
    compared(scene)

    assert a_minute_later(scene) == [("NOT_IN_ITS_ROOM", mine, False, "ROOM_NOT_READY")]
    in_rooms(scene, "UPDATE room SET status = 'READY_FOR_GUEST' WHERE room_number = '101'")
    assert compared(scene) == [("NOT_IN_ITS_ROOM", mine, True, None)]


@pytest.mark.parametrize("hold_lives", [True, False])
def test_a_claim_of_an_ended_booking_is_let_go_of(scene: Scene, hold_lives: bool) -> None:
    before = left(scene, "SGL")
    mine = confirmed(scene).id
    assigned(scene, mine, "101")
    scene.settle()
    in_bookings(scene, "UPDATE booking SET status = 'EXPIRED', ended_at = now() WHERE id = :b", b=mine)
    if not hold_lives:
        in_rooms(scene, "UPDATE hold SET ended_at = now() WHERE booking_id = :b", b=mine)
        in_rooms(scene, "DELETE FROM hold_part WHERE booking_id = :b", b=mine)
        in_rooms(scene, "UPDATE night SET sold = 0")
    compared(scene)

    assert a_minute_later(scene) == [("CLAIMED_BY_NOBODY", mine, True, None)]
    assert left(scene, "SGL") == before
    assert assigned(scene, confirmed(scene).id, "101").assigned_room_number == "101"


def test_a_booking_that_somebody_is_at_work_on_is_no_ghost(scene: Scene) -> None:
    mine = confirmed(scene).id
    assigned(scene, mine, "101")
    with dying(scene, MoveIn, after=True), pytest.raises(Unavailable):
        scene.town.ask(CheckIn(hotel=HOTEL, booking_id=mine), STAFF)
    in_bookings(scene, "UPDATE booking SET action_due_at = now() + interval '1 hour' WHERE pending IS NOT NULL")
    assert room(scene, "101").is_occupied

    assert compared(scene) == []
    a_minute_passes(scene)
    assert booking(scene, mine).status is Status.IN_HOUSE


def test_the_rooms_are_compared_page_by_page_and_by_one_at_a_time(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    really = scene.town.pass_on

    def pages(message: Any, context: Context) -> Any:
        if isinstance(message, TakeCensus):
            asked.append(message.after)
            message = TakeCensus(after=message.after, limit=7)
        return really(message, context)

    monkeypatch.setattr(scene.town, "pass_on", pages)
    ghost(scene, "204", "BK-2020-NOBODY")

    assert [kind for kind, *_ in compared(scene)] == ["OCCUPIED_BY_NOBODY"]
    assert len(asked) > 1
    assert asked == sorted(asked)
    asked.clear()
    scene.settle()
    assert asked == []  # the next round is half a minute away
