"""What is in the way of a stay in a house of 12 rooms that is full for 365 nights: found with little effort, or not."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from contracts.values import Stay
from services.rooms.domain.room_plan import clashes, plan
from services.rooms.domain.room_plan.board import Board
from services.rooms.domain.room_plan.effort import Effort, OutOfEffort
from services.rooms.domain.room_plan.packing import NO_ROOM, Packing, Placement, Slot, unplaced
from services.rooms.domain.room_plan.plan import RoomPlan, RoomToPlan, StayToPlan, plan_rooms
from services.rooms.domain.room_plan.search import DEEPEST, ExhaustiveSearch
from tests.unit.rooms.room_plan.packings import a_packing, full_house, greedily_placed

pytestmark = pytest.mark.slow

ROOMS, NIGHTS = 12, 365
DAY = date(2027, 1, 1)
CLASH = range(100, 104)  # nights on which the stays clash
Boards = list[Packing]


@pytest.fixture
def boards(monkeypatch: pytest.MonkeyPatch) -> Boards:
    """The packings of the boards that were made to find clashes."""
    made: Boards = []

    def board(packing: Packing) -> Board:
        made.append(packing)
        return Board(packing)

    monkeypatch.setattr(clashes, "Board", board)
    return made


def planned(slots: Iterable[Slot], *, proven: bool = False) -> RoomPlan:
    """The plan of the slots as stays, named by their numbers; `proven` has all that is found taken for proven."""
    stays = [
        StayToPlan(
            booking_id=f"{number:05}",
            room_type_id=1,
            nights=Stay(DAY + timedelta(days=slot.first), DAY + timedelta(days=slot.until)),
            room_id=None if slot.home == NO_ROOM else slot.home,
            fixed=slot.fixed,
        )
        for number, slot in enumerate(slots)
    ]
    rooms = [RoomToPlan(room_id=number, room_number=f"{number:03}", room_type_id=1) for number in range(ROOMS)]

    def improve(_: Packing, placement: Placement) -> Placement:
        return replace(placement, unplaced_at_least=unplaced(placement.room_of)) if proven else placement

    return plan_rooms(rooms, stays, improve=improve)


def test_a_clash_over_several_nights_is_found_with_few_small_boards(boards: Boards) -> None:
    """All rooms are full with stays that can move, but for the nights of the clash, which ten rooms are closed on."""
    house = greedily_placed(full_house(7, rooms=ROOMS, nights=NIGHTS, sold=1, pinned=0)).slots
    around = [slot for slot in house if slot.until <= CLASH.start or slot.first >= CLASH.stop]
    clash = [
        Slot(first=100, until=101, home=0, fixed=True),
        Slot(first=103, until=104, home=1, fixed=True),
        Slot(first=100, until=102),
        Slot(first=101, until=103),
        Slot(first=102, until=104),
        *(Slot(first=100, until=104, home=room, fixed=True) for room in range(2, ROOMS)),
    ]

    result = planned([*clash, *around])

    [without] = result.impossible
    assert result.proven
    clash_found = {without.booking_id, *(each.id for each in without.blocked_by)}
    assert clash_found == {f"{each:05}" for each in range(len(clash))}
    assert len(boards) <= 1 + len(clash)  # the first is the whole house
    assert max(len(packing.slots) for packing in boards[1:]) <= len(clash)


def test_what_is_in_the_way_is_named_where_the_effort_finds_no_clash(
    boards: Boards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "EFFORT", 0)
    monkeypatch.setattr(plan, "LEAST_EFFORT", 0)

    result = planned(full_house(0, rooms=ROOMS, nights=NIGHTS, sold=1, pinned=0.15).slots, proven=True)

    assert result.impossible
    for without in result.impossible:
        assert 0 < len(without.blocked_by) < 60
    assert len(boards) <= plan.EFFORT_FOR_CLASHES / (ROOMS * (NIGHTS - 20))


def test_a_search_that_goes_too_deep_ends_as_one_without_effort() -> None:
    """Each slot is ejected by the one before, as in a chain of calls."""
    nights = DEEPEST + 10
    slots = [Slot(first=night, until=night + 2, home=night % 2) for night in range(1, nights)]
    packing = a_packing(2, Slot(first=0, until=1, home=0, fixed=True), Slot(first=0, until=2), *slots)
    board = Board(packing)
    before = list(board.room_of)

    with pytest.raises(OutOfEffort):
        ExhaustiveSearch(board, Effort(10**9)).run([1])

    assert board.room_of == before
