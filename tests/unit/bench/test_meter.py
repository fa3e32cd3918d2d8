"""The measurement itself: an operation and all that follows it count, and what the idle system does does not."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.bench.cost.meter import DRAINED, TOTAL, Meter

OPERATIONS = 10


_BURN = """
import sys, time
for line in sys.stdin:
    until = time.process_time() + float(line)
    while time.process_time() < until:
        pass
    print("done", flush=True)
"""


@dataclass
class BurningProcess:
    """A process that uses as much CPU time as it is told, and none otherwise."""

    process: subprocess.Popen[str]

    def burn(self, seconds: float) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"


@pytest.fixture
def burning() -> Iterator[BurningProcess]:
    argv = [sys.executable, "-c", _BURN]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process_that_burns = BurningProcess(process)
        process_that_burns.burn(0)
        yield process_that_burns
        process.communicate()


@dataclass
class GrowingCounters:
    """One counter, which grows by `by_itself` a second, and by hand."""

    by_itself: float = 0.0
    added: float = 0.0
    pids: tuple[int, ...] = ()
    _began: float = field(default_factory=time.monotonic)

    def read(self) -> dict[str, float]:
        return {"commits": self.added + self.by_itself * (time.monotonic() - self._began)}


@dataclass
class BacklogOfOne:
    """Notes what the meter does, and causes work when it is drained."""

    counters: GrowingCounters
    burning: BurningProcess
    calls: list[str] = field(default_factory=list)

    def mark(self) -> None:
        self.calls.append("mark")

    def drain(self) -> None:
        self.calls.append("drain")
        self.counters.added += 5
        self.burning.burn(0.1)


def meter(counters: GrowingCounters, burning: BurningProcess, backlog: BacklogOfOne | None = None) -> Meter:
    roots = {"gateway": [burning.process.pid]}
    return Meter(roots, counters, backlog or BacklogOfOne(counters, burning), settle=0.2)  # type: ignore[arg-type]


def cost(counters: GrowingCounters, burning: BurningProcess) -> tuple[dict[str, float], list[str]]:
    backlog = BacklogOfOne(counters, burning)

    def operate() -> None:
        backlog.calls.append("operate")
        counters.added += 15
        burning.burn(0.1)

    return meter(counters, burning, backlog).cost(operate, operations=OPERATIONS, groups=("gateway",)), backlog.calls


def test_what_follows_an_operation_is_part_of_its_cost(burning: BurningProcess) -> None:
    each, calls = cost(GrowingCounters(), burning)

    assert calls == ["mark", "operate", "drain"]
    assert each["commits"] == 2
    assert each["gateway"] == each[TOTAL] == pytest.approx(20, abs=4)  # 0.2 s for ten, in ticks of 10 ms
    assert each[DRAINED] >= 20


def test_what_follows_is_left_out_where_only_the_answer_counts(burning: BurningProcess) -> None:
    counters = GrowingCounters()
    backlog = BacklogOfOne(counters, burning)

    each = meter(counters, burning, backlog).cost(
        lambda: burning.burn(0.1), operations=OPERATIONS, groups=("gateway",), drained=False
    )

    assert backlog.calls == ["mark"]
    assert each["gateway"] == pytest.approx(10, abs=4)


def test_what_a_counter_does_by_itself_is_no_cost(burning: BurningProcess) -> None:
    each, _ = cost(GrowingCounters(by_itself=1_000), burning)

    assert each["commits"] < each[DRAINED]  # milliseconds, in each of which there is one


def test_what_happens_between_measurements_belongs_to_none_once_the_rest_is_forgotten(
    burning: BurningProcess,
) -> None:
    counters = GrowingCounters()
    meter_of_nothing = meter(counters, burning)
    meter_of_nothing.cost(lambda: None, operations=1, groups=("gateway",))
    counters.added += 1_000

    meter_of_nothing.forget_rest()

    assert meter_of_nothing.cost(lambda: None, operations=1, groups=("gateway",))["commits"] == 5


def test_without_forgetting_it_would_count(burning: BurningProcess) -> None:
    counters = GrowingCounters()
    meter_of_nothing = meter(counters, burning)
    meter_of_nothing.cost(lambda: None, operations=1, groups=("gateway",))
    counters.added += 1_000

    assert meter_of_nothing.cost(lambda: None, operations=1, groups=("gateway",))["commits"] == 1_005
