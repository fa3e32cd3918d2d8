"""The room plan of a hotel, in dates, rooms and bookings."""

from collections.abc import Sequence

import pytest

from contracts.rooms.room_plan import Obstacle, ObstacleKind, StayWithoutRoom
from contracts.values import Stay
from services.rooms.domain.room_plan.packing import Placement
from services.rooms.domain.room_plan.plan import (
    BlockToPlan,
    ChangeOfRoom,
    FirstRoom,
    RoomPlan,
    RoomToPlan,
    StayToPlan,
    plan_rooms,
)
from tests.unit.rooms.builders import DOUBLE, SUITE, day

ROOMS = [
    RoomToPlan(room_id=1, room_number="101", room_type_id=DOUBLE),
    RoomToPlan(room_id=2, room_number="102", room_type_id=DOUBLE),
]
SUITE_ROOM = RoomToPlan(room_id=3, room_number="301", room_type_id=SUITE)


def a_stay(booking_id: str, first: int, until: int, room: int | None = None, **overrides: object) -> StayToPlan:
    values = {"booking_id": booking_id, "room_type_id": DOUBLE, "nights": Stay(day(first), day(until)), "room_id": room}
    return StayToPlan(**(values | overrides))  # type: ignore[arg-type]


def plan(*stays: StayToPlan, blocks: Sequence[BlockToPlan] = (), rooms: Sequence[RoomToPlan] = ROOMS) -> RoomPlan:
    return plan_rooms(rooms, stays, blocks)


def test_a_stay_moves_so_that_a_long_one_has_a_room() -> None:
    result = plan(a_stay("BK-1", 10, 12, room=1), a_stay("BK-2", 12, 14, room=2), a_stay("BK-3", 10, 14))

    assert result.impossible == ()
    assert len(result.moved) == result.moves_at_least == 1
    assert [each.booking_id for each in result.assigned] == ["BK-3"]


def test_a_fixed_stay_does_not_move() -> None:
    result = plan(a_stay("BK-1", 10, 12, room=1, fixed=True), a_stay("BK-2", 12, 14, room=2), a_stay("BK-3", 10, 14))

    assert result.moved == (ChangeOfRoom(booking_id="BK-2", from_room_id=2, to_room_id=1),)
    assert result.assigned == (FirstRoom(booking_id="BK-3", room_id=2),)


def test_where_fixed_stays_leave_no_room_a_smallest_clash_is_named() -> None:
    stays = [a_stay("BK-1", 10, 12, room=1, fixed=True), a_stay("BK-2", 12, 14, room=2, fixed=True)]

    result = plan(*stays, a_stay("BK-3", 10, 14), a_stay("BK-4", 10, 12))

    assert result.assigned == (FirstRoom(booking_id="BK-4", room_id=2),)
    [without] = result.impossible
    assert without.booking_id == "BK-3"
    assert {each.id for each in without.blocked_by} == {"BK-1", "BK-2"}
    assert result.proven


def test_a_block_is_an_obstacle() -> None:
    block = BlockToPlan(id="7", room_id=1, nights=Stay(day(11), day(12)))

    result = plan(a_stay("BK-1", 10, 14), blocks=[block], rooms=ROOMS[:1])

    obstacle = Obstacle(kind=ObstacleKind.BLOCK, id="7", room_number="101")
    assert result.impossible == (StayWithoutRoom(booking_id="BK-1", nights=(day(11),), blocked_by=(obstacle,)),)


def test_a_stay_in_a_room_of_another_type_keeps_the_room() -> None:
    upgraded = a_stay("BK-1", 10, 12, room=3)
    suite = a_stay("BK-2", 10, 12, room_type_id=SUITE)

    result = plan(upgraded, suite, rooms=[*ROOMS, SUITE_ROOM])

    assert (result.assigned, result.moved) == ((), ())
    [without] = result.impossible
    assert without.blocked_by == (Obstacle(kind=ObstacleKind.STAY, id="BK-1", room_number="301"),)


def test_a_stay_gets_no_room_of_another_type_while_its_own_is_full() -> None:
    result = plan(a_stay("BK-1", 10, 12), rooms=[SUITE_ROOM])

    assert result.impossible == (StayWithoutRoom(booking_id="BK-1", nights=(day(10), day(11)), blocked_by=()),)


def test_stays_that_need_no_room_get_none_and_may_move() -> None:
    stays = [a_stay("BK-1", 10, 12, room=1, needs_room=False), a_stay("BK-2", 12, 14, room=2, needs_room=False)]

    result = plan(*stays, a_stay("BK-3", 10, 14), a_stay("BK-4", 20, 21, needs_room=False))

    assert [each.booking_id for each in result.assigned] == ["BK-3"]
    assert len(result.moved) == 1


def test_where_not_all_fit_most_are_placed_and_nobody_loses_a_room() -> None:
    result = plan(
        a_stay("BK-1", 10, 11, room=1), a_stay("BK-2", 10, 13), a_stay("BK-3", 11, 12), a_stay("BK-4", 12, 13),
        rooms=ROOMS[:1],
    )  # fmt: skip

    assert [each.booking_id for each in result.assigned] == ["BK-3", "BK-4"]
    assert [each.booking_id for each in result.impossible] == ["BK-2"]
    assert result.proven


def test_of_two_rooms_the_one_that_leaves_fewer_gaps_is_taken() -> None:
    result = plan(a_stay("BK-1", 10, 12, room=1), a_stay("BK-2", 10, 13, room=2), a_stay("BK-3", 13, 14))

    assert result.assigned == (FirstRoom(booking_id="BK-3", room_id=2),)


def test_the_plan_does_not_depend_on_the_order_of_its_input() -> None:
    stays = [a_stay(f"BK-{number}", 10 + number % 3, 12 + number % 4) for number in range(8)]
    rooms = [*ROOMS, RoomToPlan(room_id=9, room_number="99", room_type_id=DOUBLE)]

    assert plan(*stays, rooms=rooms) == plan(*reversed(stays), rooms=rooms[::-1])


def test_stays_that_overlap_in_a_room_are_refused() -> None:
    with pytest.raises(ValueError, match="same room"):
        plan(a_stay("BK-1", 10, 12, room=1), a_stay("BK-2", 11, 13, room=1))


def test_what_was_not_proven_is_improved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without effort no stay moves, and BK-3 has no room."""
    monkeypatch.setattr("services.rooms.domain.room_plan.plan.EFFORT", 0)
    monkeypatch.setattr("services.rooms.domain.room_plan.plan.LEAST_EFFORT", 0)
    stays = [a_stay("BK-1", 10, 12, room=1), a_stay("BK-2", 12, 14, room=2), a_stay("BK-3", 10, 14)]
    better = Placement(room_of=(1, 1, 0), unplaced_at_least=0, moves_at_least=1)

    alone = plan(*stays)
    improved = plan_rooms(ROOMS, stays, improve=lambda _, __: better)

    assert ([each.booking_id for each in alone.impossible], alone.proven) == (["BK-3"], False)
    assert improved.assigned == (FirstRoom(booking_id="BK-3", room_id=1),)
    assert improved.moved == (ChangeOfRoom(booking_id="BK-1", from_room_id=1, to_room_id=2),)
    assert (improved.impossible, improved.proven, improved.moves_at_least) == ((), True, 1)
