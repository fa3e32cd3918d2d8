"""The CPU time of a room plan: 200 rooms, 60 nights, 95 % sold, 15 % pinned; beside a plan that is only greedy."""

import time
from collections.abc import Iterator
from functools import partial

from services.rooms.domain.room_plan.packing import Packing, is_valid, unplaced
from services.rooms.domain.room_plan.solve import solve
from tests.bench.harness import Comparison, Measured
from tests.unit.rooms.room_plan.packings import full_house, greedily_placed

HOTEL = full_house(1, rooms=200, nights=60, sold=0.95, pinned=0.15)


def room_plans() -> Iterator[Comparison]:
    """A plan takes a second at most: of stays without rooms, and of those that a greedy plan left without."""
    rearranged = greedily_placed(HOTEL)
    assert unplaced([slot.home for slot in rearranged.slots]) == 15  # of 3,500, as the names say
    for name, packing in (("nobody has a room", HOTEL), ("15 of 3,500 have none", rearranged)):
        yield Comparison(
            name=f"room plan: {name}, CPU",
            thing=partial(_planned, packing),
            yardstick=_greedily,
            against="a greedy plan of the same stays, which leaves 15 without",
            least_rate=1,
        )


def _planned(packing: Packing) -> Measured:
    started = time.process_time()
    placement = solve(packing)
    seconds = time.process_time() - started
    assert is_valid(packing, placement.room_of)
    assert unplaced(placement.room_of) == 0
    return Measured(1, seconds)


def _greedily() -> Measured:
    started = time.process_time()
    greedily_placed(HOTEL)
    return Measured(1, time.process_time() - started)
