"""Small packings beside an oracle that looks at every placement: as many stays have rooms, with as few moves."""

from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from services.rooms.domain.room_plan.packing import NO_ROOM, Packing, Slot, is_valid, moves, overlapping, unplaced
from services.rooms.domain.room_plan.solve import solve
from tests.unit.rooms.room_plan.packings import fewest, greedily_placed, small


def check(packing: Packing) -> None:
    placement = solve(packing)

    assert is_valid(packing, placement.room_of)
    result = unplaced(placement.room_of), moves(packing, placement.room_of)
    assert result == fewest(packing) == (placement.unplaced_at_least, placement.moves_at_least)


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_a_small_packing_has_most_stays_placed_with_fewest_moves_and_both_are_proven(start: int) -> None:
    for seed in range(start, start + 100):
        check(small(seed))


@pytest.mark.slow
@pytest.mark.parametrize("start", range(1000, 21000, 1000))
def test_twenty_thousand_small_packings(start: int) -> None:
    for seed in range(start, start + 1000):
        check(small(seed))


@pytest.mark.slow
def test_every_packing_of_up_to_three_stays_on_three_nights_and_two_rooms() -> None:
    nights = [(first, until) for first in range(3) for until in range(first + 1, 4)]
    states = [(NO_ROOM, False), (0, False), (0, True), (1, False), (1, True)]
    slots = [
        Slot(first=first, until=until, home=home, fixed=fixed)
        for (first, until), (home, fixed) in product(nights, states)
    ]
    count = 0
    for length in (1, 2, 3):
        for chosen in combinations_with_replacement(slots, length):
            packing = Packing(rooms=2, nights=3, slots=chosen)
            if not overlapping(packing, [slot.home for slot in chosen]):
                check(packing)
                count += 1
    assert count > 1000


@st.composite
def packings(draw: st.DrawFn) -> Packing:
    return small(draw(st.integers(min_value=0)), rooms=3, stays=6, nights=10)


@given(packings())
@hypothesis_settings(max_examples=60, deadline=None)
def test_the_plan_depends_on_the_packing_alone(packing: Packing) -> None:
    assert solve(packing) == solve(packing)
    check(packing)


def test_a_greedy_plan_alone_fails_many_of_the_same_packings() -> None:
    packings = [small(seed) for seed in range(400)]
    worse = [
        packing
        for packing in packings
        if unplaced([slot.home for slot in greedily_placed(packing).slots]) > fewest(packing)[0]
    ]

    assert len(worse) > 20
