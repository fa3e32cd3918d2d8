"""The simulation finds each planted fault within 200 seeds, and the same seed is green without the fault."""

from collections.abc import Iterator

import pytest

from tests.simulation.planted.hunt import hunt, is_good
from tests.simulation.planted.table import FAULTS
from tests.simulation.worker_pool import Worker, WorkerPool

# The faults that are found in the shortest time: of keys, of events and of nights.
QUICKEST = ("claims_never_end", "the_inbox_forgets", "released_nights_stay_sold")


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


@pytest.mark.parametrize(
    ("violation", "without", "good"),
    [
        ("I7: captured without an approval", "", True),
        ("I7: captured without an approval", "liveness: no rest", False),
        ("unexpected error: TimeoutError: no answer", "", False),
        ("a task failed: rooms: TypeError: lambda() takes 1 positional argument", "", False),
    ],
)
def test_only_a_promise_that_the_product_broke_is_a_finding(violation: str, without: str, good: bool) -> None:
    assert is_good({"seed": 1, "violation": violation, "without": without}) is good


def test_a_fault_that_no_seed_finds_is_not_found() -> None:
    assert not is_good({"seed": None, "violation": "", "without": ""})
