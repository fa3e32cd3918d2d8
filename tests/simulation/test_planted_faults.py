"""Each planted fault is one that the simulation must find: what it does not find it does not guard against."""

from collections.abc import Iterator

import pytest

from tests.simulation.farm import Farm, Worker
from tests.simulation.planted.hunt import hunt
from tests.simulation.planted.table import FAULTS

# The faults that are found in the shortest time, one each of rooms, events and notices.
QUICKEST = ("the_ledger_forgets_what_is_let_go", "check_outs_have_no_audit_row", "notices_have_no_job")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Farm(1) as farm:
        yield farm.workers[0]


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICKEST else [pytest.mark.long]) for name in FAULTS]
)
def test_the_simulation_finds_a_planted_fault_and_is_green_without_it(worker: Worker, name: str) -> None:
    [row] = hunt([worker], [name])

    assert row["seed"] is not None
    assert row["without"] == ""
