"""The simulation finds each planted fault within 200 seeds, and the same seed is green without the fault."""

from collections.abc import Iterator

import pytest

from tests.simulation.planted.hunt import hunt, is_good
from tests.simulation.planted.table import FAULTS
from tests.simulation.worker_pool import Worker, WorkerPool

# The faults that are found in the shortest time: of keys, of events and of nights.
QUICKEST = ("claims_never_end", "the_inbox_forgets", "released_nights_stay_sold")
BROKEN_PLANT = ("TypeError", "AttributeError", "NameError")  # of a plant that no longer fits the product


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with WorkerPool(1) as pool:
        yield pool.workers[0]


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICKEST else [pytest.mark.long]) for name in FAULTS]
)
def test_the_simulation_finds_a_planted_fault_and_is_green_without_it(worker: Worker, name: str) -> None:
    [row] = hunt([worker], [name])

    assert is_good(row), row
    assert not any(error in row["violation"] for error in BROKEN_PLANT), row
