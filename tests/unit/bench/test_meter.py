"""The measurement itself: an operation and all that follows it count, and what the idle system does does not."""

import os
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.bench.cost.meter import DRAINED, TOTAL, Meter

OPERATIONS = 10


def burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


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
    """Notes what the meter does, and burns CPU time when it is drained."""

    counters: GrowingCounters
    calls: list[str] = field(default_factory=list)

    def mark(self) -> None:
        self.calls.append("mark")

    def drain(self) -> None:
        self.calls.append("drain")
        self.counters.added += 5
        burn(0.1)


def meter(counters: GrowingCounters, backlog: Any) -> Meter:
    return Meter({"gateway": [os.getpid()]}, counters, backlog, settle=0.2)  # type: ignore[arg-type]


def cost(counters: GrowingCounters) -> tuple[dict[str, float], list[str]]:
    backlog = BacklogOfOne(counters)

    def operate() -> None:
        backlog.calls.append("operate")
        counters.added += 15
        burn(0.1)

    return meter(counters, backlog).cost(operate, operations=OPERATIONS, groups=("gateway",)), backlog.calls


def test_what_follows_an_operation_is_part_of_its_cost() -> None:
    each, calls = cost(GrowingCounters())

    assert calls == ["mark", "operate", "drain"]
    assert each["commits"] == 2
    assert each["gateway"] == each[TOTAL] == pytest.approx(20, abs=6)  # 0.2 s for ten, in ticks of 10 ms
    assert each[DRAINED] >= 20


def test_what_a_counter_does_by_itself_is_no_cost() -> None:
    each, _ = cost(GrowingCounters(by_itself=1_000))

    assert each["commits"] == pytest.approx(2, abs=1.9)  # of more than 80 that an operation's share of the time has


def test_what_happens_between_two_measurements_belongs_to_none_once_the_rest_is_forgotten() -> None:
    counters = GrowingCounters()
    meter_of_nothing = meter(counters, BacklogOfOne(counters))
    meter_of_nothing.cost(lambda: None, operations=1, groups=("gateway",))
    counters.added += 1_000

    meter_of_nothing.forget_rest()

    assert meter_of_nothing.cost(lambda: None, operations=1, groups=("gateway",))["commits"] == 5


def test_without_forgetting_it_would_count() -> None:
    counters = GrowingCounters()
    meter_of_nothing = meter(counters, BacklogOfOne(counters))
    meter_of_nothing.cost(lambda: None, operations=1, groups=("gateway",))
    counters.added += 1_000

    assert meter_of_nothing.cost(lambda: None, operations=1, groups=("gateway",))["commits"] == 1_005
