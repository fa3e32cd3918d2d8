"""What is in the way of a stay without a room: together there is no placement, without any one of them there is."""

from services.rooms.domain.room_plan.board import Board
from services.rooms.domain.room_plan.clashes import clash
from services.rooms.domain.room_plan.effort import Effort
from services.rooms.domain.room_plan.matching import shortages
from services.rooms.domain.room_plan.packing import NO_ROOM, Packing, Slot
from services.rooms.domain.room_plan.solve import solve
from tests.unit.rooms.room_plan.packings import a_packing, can_all_have_rooms, small


def clashes(packing: Packing) -> list[tuple[int, list[int], list[int]]]:
    """The slots without a room, each with its nights and the slots that clash with it."""
    placement = solve(packing)
    board = Board(packing)
    board.reset(placement.room_of)
    without = [slot for slot, room in enumerate(placement.room_of) if room == NO_ROOM]
    return [(slot, *clash(board, slot, placement, Effort(100_000))) for slot in without]


def test_what_clashes_with_a_stay_cannot_be_roomed_with_it_and_can_without_any_one_of_them() -> None:
    count = 0
    for seed in range(500):
        packing = small(seed)
        for slot, nights, others in clashes(packing):
            assert not can_all_have_rooms(packing, [slot, *others])
            for other in others:
                assert can_all_have_rooms(packing, [slot, *(each for each in others if each != other)])
            assert nights
            count += 1
    assert count > 100


def test_stays_that_clash_only_over_several_nights_are_named() -> None:
    """The first stay must have room 1, the third room 0, so the one between has none; on no night are rooms too few."""
    packing = a_packing(
        2,
        Slot(first=0, until=1, home=0, fixed=True),
        Slot(first=3, until=4, home=1, fixed=True),
        Slot(first=0, until=2),
        Slot(first=1, until=3),
        Slot(first=2, until=4),
        Slot(first=4, until=5, home=0),
    )

    [(slot, nights, others)] = clashes(packing)

    assert {slot, *others} == {0, 1, 2, 3, 4}
    assert shortages(Board(packing)) == [0, 0, 0, 0, 0]
    assert nights


def test_a_night_on_which_all_rooms_are_taken_is_named() -> None:
    packing = a_packing(1, Slot(first=1, until=2, home=0, fixed=True), Slot(first=0, until=3))

    assert clashes(packing) == [(1, [1], [0])]


def test_one_block_of_two_that_close_a_room_is_enough() -> None:
    packing = a_packing(
        1,
        Slot(first=0, until=1, home=0, fixed=True),
        Slot(first=2, until=3, home=0, fixed=True),
        Slot(first=0, until=3),
    )

    [(slot, nights, others)] = clashes(packing)

    assert (slot, nights) == (2, [0, 2])
    assert len(others) == 1


def test_without_rooms_nothing_is_in_the_way() -> None:
    packing = Packing(rooms=0, nights=1, slots=(Slot(first=0, until=1),))

    assert clashes(packing) == [(0, [0], [])]
