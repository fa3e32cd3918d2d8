"""The CP-SAT model of a packing: what the solver finds beside an oracle, and a full house."""

import time

import pytest

from services.rooms.domain.room_plan.packing import Packing, is_valid, moves, unplaced
from services.rooms.domain.room_plan.solve import solve
from services.rooms.exact_plan.model import solved
from services.rooms.exact_plan.question import PackingToSolve, SlotToSolve, SolvedPacking
from tests.unit.rooms.room_plan.packings import fewest, full_house, small

pytestmark = pytest.mark.slow


def exactly(packing: Packing, room_of: tuple[int, ...]) -> SolvedPacking:
    slots = tuple(
        SlotToSolve(first=slot.first, until=slot.until, home=slot.home, fixed=slot.fixed, room=room)
        for slot, room in zip(packing.slots, room_of, strict=True)
    )
    return solved(
        PackingToSolve(rooms=packing.rooms, nights=packing.nights, slots=slots, ends_at=time.monotonic() + 90)
    )


def test_the_model_has_the_most_placed_and_the_fewest_moves_of_small_packings_and_proves_both() -> None:
    for seed in range(60):
        packing = small(seed)

        result = exactly(packing, tuple(slot.home for slot in packing.slots))

        assert is_valid(packing, result.room_of)
        costs = unplaced(result.room_of), moves(packing, result.room_of)
        assert costs == fewest(packing) == (result.unplaced_at_least, result.moves_at_least)


def test_a_full_house_that_ejection_chains_do_not_pack_is_packed() -> None:
    packing = full_house(3, rooms=12, nights=30, sold=1, pinned=0.15)
    before = solve(packing, effort=0)

    result = exactly(packing, before.room_of)

    assert unplaced(before.room_of) > 0
    assert is_valid(packing, result.room_of)
    assert unplaced(result.room_of) == 0
