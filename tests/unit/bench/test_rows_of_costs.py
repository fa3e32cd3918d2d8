"""The rows of the costs from the rounds to the tables and the committed figures, with measurements made up."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.bench import figures
from tests.bench.cost import stay_costs
from tests.bench.cost.evidence import Observed
from tests.bench.cost.meter import DRAINED, TOTAL
from tests.bench.cost.stay_costs import StayCosts, bare
from tests.bench.cost.stays import CREATE, EXPECTED, Stay
from tests.bench.cost.work_counters import COUNTERS
from tests.bench.cost_table import show_costs
from tests.bench.costs import READS, read_rows, stay_rows
from tests.bench.harness import Measured, Metric, Together, compare, rate, show
from tests.bench.levels import Level, show_levels

ROUNDS, STAYS, SYSTEM_MS, BARE_MS = 3, 4, 13.0, 10.0


class MadeUpMeter:
    """Every operation of the system costs 13 ms, and of the bare program 10."""

    def forget_rest(self) -> None:
        pass

    def cost(self, operate: Callable[[], Any], *, operations: int, groups: Collection[str]) -> dict[str, float]:
        operate()
        assert operations == STAYS
        total = BARE_MS if "bare program" in groups else SYSTEM_MS
        return {
            TOTAL: total,
            **{group: total / len(groups) for group in groups},
            **dict.fromkeys(COUNTERS, 1.0),
            DRAINED: 5.0,
        }


class MadeUpWitness:
    """Sees what an operation must leave, less `missing` mails."""

    def __init__(self) -> None:
        self.operation = ""
        self.missing = 0

    def mark(self) -> None:
        pass

    def observe(self, guests: Mapping[str, str]) -> Observed:
        expected = EXPECTED[self.operation]
        addresses = list(guests.values())[self.missing :]
        return Observed(
            {expected.status: len(guests)},
            {(name, booking): 1 for name in expected.pushes for booking in guests},
            dict.fromkeys(addresses, expected.mails),
        )


class MadeUpProgram:
    """Notes the subjects of each operation."""

    def __init__(self) -> None:
        self.subjects: dict[str, list[int]] = {name: [] for name in EXPECTED}

    def perform(self, operation: str, subjects: range) -> None:
        self.subjects[operation] += subjects

    @contextmanager
    def checked(self, operation: str, subjects: range) -> Iterator[None]:
        yield


@pytest.fixture
def witness() -> MadeUpWitness:
    return MadeUpWitness()


@pytest.fixture
def program() -> MadeUpProgram:
    return MadeUpProgram()


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch, witness: MadeUpWitness, program: MadeUpProgram) -> StayCosts:
    def operations_of(*_: Any) -> dict[str, Callable[[Sequence[Stay]], Measured]]:
        def named(name: str) -> Callable[[Sequence[Stay]], Measured]:
            def operate(stays: Sequence[Stay]) -> Measured:
                witness.operation = name
                for stay in stays:
                    stay.booking_id = f"BK-{stay.email}"
                return Measured(len(stays), 1.0, [0.1] * len(stays))

            return operate

        return {name: named(name) for name in EXPECTED}

    monkeypatch.setattr(stay_costs, "operations_of", operations_of)
    return StayCosts(MadeUpMeter(), witness, None, program, STAYS)  # type: ignore[arg-type]


@pytest.fixture
def metrics(rounds: StayCosts) -> list[Metric]:
    return [compare(row, rounds=ROUNDS) for row in stay_rows(Together(rounds.run))]


def test_every_row_comes_from_the_same_rounds(metrics: list[Metric], program: MadeUpProgram) -> None:
    assert all(len(subjects) == len(set(subjects)) == ROUNDS * STAYS for subjects in program.subjects.values())
    by_name = {metric.comparison.name: metric for metric in metrics}
    assert by_name["cost: create"].ratio == pytest.approx(BARE_MS / SYSTEM_MS)
    assert by_name["cost: create"].reached
    assert not by_name["cost: assign"].reached  # at most 10 ms
    assert by_name["cost: payment"].things[0].cost[TOTAL] == 3 * SYSTEM_MS
    assert rate(by_name["cost: create, sustained"].things) == pytest.approx(200)  # 5 ms each until all is done
    assert by_name["cost: approve, of a payment"].things[0].percentile(0.99) == pytest.approx(100)


def test_a_row_whose_mails_are_not_as_many_as_its_operations_fails(rounds: StayCosts, witness: MadeUpWitness) -> None:
    witness.missing = 1

    with pytest.raises(AssertionError, match="create: 3 mails instead of 4"):
        rounds.run()


def test_each_reading_row_has_its_own_result_of_the_bare_route() -> None:
    runs = []

    def run() -> dict[str, Measured]:
        runs.append(1)
        return {name: Measured(1, 0.002) for read in READS for name in (read, bare(read))}

    figures_of_reads = [compare(row, rounds=ROUNDS) for row in read_rows(Together(run))]

    assert len(runs) == ROUNDS
    assert [figure.ratio for figure in figures_of_reads] == [1.0] * len(READS)


def test_rows_are_printed_and_saved_with_their_costs_and_circumstances(
    metrics: list[Metric], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "FIGURES", tmp_path / "figures.json")
    level = Level("resources: memory", 408.2, "MiB", 320)
    console = Console(width=250, record=True, quiet=True)

    show(metrics, console)
    show_costs(metrics, console)
    show_levels([level], console)
    figures.save(metrics, [level])

    rows = json.loads((tmp_path / "figures.json").read_text())
    create = rows[f"cost: {CREATE}"]
    assert create["cost"][TOTAL] == SYSTEM_MS
    assert create["yardstick_cost"][TOTAL] == BARE_MS
    assert create["goal"] == "≥ 0.714, ≤ 14 ms"
    assert {"commit", "cores", "load", "machine", "measured_on"} <= create.keys()
    assert rows["resources: memory"]["level"] == 408.2
    assert figures.committed() == rows
