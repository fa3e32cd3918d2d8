"""The search by planned deaths: a crash point that a run has passed, and no run has hit, is hit in that run, run again.

A run is deterministic. So it comes to the first of its planned deaths as it came to that place before; the others are
likely to be met on the way that it then goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from tests.simulation.crash_points import PlannedDeath
from tests.simulation.worker_pool import Worker

MAX_ATTEMPTS = 3  # at one point: where PostgreSQL wakes another of several waiters first, a run is not the same
MAX_PLANNED_DEATHS = 8  # new ones in a run: more would let nothing get far


@dataclass(frozen=True)
class SeedRun:
    """The run of a seed, with the points that a hunt spares, and with planned deaths; see `Worker.run`."""

    seed: int
    spared: tuple[str, ...] | None = None
    plan: tuple[Mapping[str, Any], ...] = ()

    def carry_out(self, worker: Worker, steps: int) -> dict[str, Any]:
        """The worker's result of this run."""
        return worker.run(self.seed, steps, spared=self.spared, plan=self.plan)

    def with_deaths_at(self, points: list[str]) -> SeedRun:
        """The same run with a death at the first passage of each point."""
        deaths = [asdict(PlannedDeath(point, passage=1)) for point in points]
        return SeedRun(self.seed, self.spared, (*self.plan, *deaths))


class Passage(NamedTuple):
    """The newest run that has passed a point without a death there, and the point's place among those of the run."""

    run: SeedRun
    place: int


class DirectedSearch:
    """Plans deaths at the points that were passed and that are not in `hits`, which the caller brings up to date.

    `attempts` counts, by point, the runs in which a death there was the first planned one.
    """

    def __init__(self, hits: Container[str]) -> None:
        self._hits = hits
        self._passages: dict[str, Passage] = {}
        self.attempts: Counter[str] = Counter()

    def remember(self, result: Mapping[str, Any]) -> None:
        """Remember the points that a run has passed and not hit."""
        spared = None if result["spared"] is None else tuple(result["spared"])
        run = SeedRun(result["seed"], spared, tuple(result["plan"]))
        for place, point in enumerate({**result["passes"], **result["passes_at_rest"]}):  # in the order of passage
            if point not in result["hits"]:
                self._passages[point] = Passage(run, place)

    def waits(self, point: str) -> bool:
        """Whether the point was passed, no run has hit it, and a death may be planned there once more."""
        return point in self._passages and point not in self._hits and self.attempts[point] < MAX_ATTEMPTS

    def waiting(self) -> list[str]:
        """The points at which deaths are to be planned."""
        return sorted(filter(self.waits, self._passages))

    def runs(self) -> Iterator[SeedRun]:
        """Runs with planned deaths at all waiting points."""
        planned: set[str] = set()
        for point in self.waiting():
            if point in planned or not self.waits(point):
                continue
            run = self._passages[point].run
            together = [each for each in self.waiting() if each not in planned and self._passages[each].run is run]
            together.sort(key=lambda each: self._passages[each].place)
            together = together[:MAX_PLANNED_DEATHS]
            planned.update(together)
            self.attempts[together[0]] += 1
            yield run.with_deaths_at(together)
