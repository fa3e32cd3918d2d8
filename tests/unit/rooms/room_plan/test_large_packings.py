"""Large packings that were cut from full rooms, so that a placement exists, and the same with one stay too many."""

from typing import Any

import pytest

from services.rooms.domain.room_plan.packing import Packing, is_valid, unplaced
from services.rooms.domain.room_plan.solve import solve
from tests.unit.rooms.room_plan.packings import full_house, greedily_placed, with_one_too_many

SIZES: dict[str, Any] = {"rooms": 40, "nights": 30, "sold": 0.95, "pinned": 0.15}
SEEDS = range(6)


def homeless(packing: Packing) -> int:
    return unplaced([slot.home for slot in packing.slots])


@pytest.mark.parametrize("seed", SEEDS)
def test_all_stays_of_a_full_house_have_rooms(seed: int) -> None:
    packing = full_house(seed, **SIZES)

    placement = solve(packing)

    assert is_valid(packing, placement.room_of)
    assert unplaced(placement.room_of) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_stays_that_a_greedy_plan_left_without_a_room_get_one_and_others_move_for_them(seed: int) -> None:
    packing = greedily_placed(full_house(seed, **SIZES))

    placement = solve(packing)

    assert homeless(packing) > 0, "the greedy plan left nobody out"
    assert is_valid(packing, placement.room_of)
    assert unplaced(placement.room_of) == 0
    assert placement.moves_at_least > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_one_stay_too_many_is_left_out_and_that_is_proven(seed: int) -> None:
    packing = with_one_too_many(greedily_placed(full_house(seed, **SIZES)))

    placement = solve(packing)

    assert is_valid(packing, placement.room_of)
    assert unplaced(placement.room_of) == placement.unplaced_at_least == 1


@pytest.mark.slow
@pytest.mark.parametrize("too_many", [0, 1])
@pytest.mark.parametrize("seed", range(3))
def test_two_hundred_rooms_for_sixty_nights(seed: int, too_many: int) -> None:
    packing = greedily_placed(full_house(seed, rooms=200, nights=60, sold=0.95, pinned=0.15))

    placement = solve(with_one_too_many(packing) if too_many else packing)

    assert unplaced(placement.room_of) == placement.unplaced_at_least == too_many
