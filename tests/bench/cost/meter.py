"""Measures what operations cost: readings before, when everything afterwards is done, at rest, and after idling."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from tests.bench.cost.backlog import Backlog
from tests.bench.cost.cpu import POSTGRESQL, cpu_by_group
from tests.bench.cost.reading import Reading, Window, cost_of_one
from tests.bench.cost.work_counters import SETTLED_AFTER, WorkCounters

TOTAL, DRAINED = "total", "ms until all is done"
MILLISECONDS = 1000


@dataclass
class Meter:
    """Reads the CPU time of the groups in `roots` and the servers' counters.

    After each measurement the system stays as it is for `settle` seconds, until the counters are exact, and as long
    again for the idle rate, so that idle has the same backlog. `settle` is shorter only to try the code.
    """

    roots: dict[str, list[int]]
    counters: WorkCounters
    backlog: Backlog
    settle: float = SETTLED_AFTER
    _rest: tuple[Reading, Reading] | None = field(default=None, init=False)

    def cost(self, operate: Callable[[], Any], *, operations: int, groups: Collection[str]) -> dict[str, float]:
        """What each of so many operations costs: CPU milliseconds by group and in total, and the counters' growth.

        `DRAINED` is the time in milliseconds, by operation, until everything afterwards was done.
        """
        _, work = self._rest or self._settled()
        self.backlog.mark()
        cpu = self._cpu()
        operate()
        self.backlog.drain()
        done = self._cpu()
        idle_cpu, idle_work = self._settled()
        after_cpu, after_work = self._rest = self._settled()
        seconds = cost_of_one(Window(cpu, done), Window(idle_cpu, after_cpu), operations=operations)
        counts = cost_of_one(Window(work, idle_work), Window(idle_work, after_work), operations=operations)
        by_group = {group: seconds[group] * MILLISECONDS for group in groups}
        drained = (done.at - cpu.at) * MILLISECONDS / operations
        return {TOTAL: sum(by_group.values()), **by_group, **counts, DRAINED: drained}

    def forget_rest(self) -> None:
        """What has happened since the last measurement belongs to none."""
        self._rest = None

    def _settled(self) -> tuple[Reading, Reading]:
        time.sleep(self.settle)
        return self._cpu(), Reading(time.monotonic(), self.counters.read())

    def _cpu(self) -> Reading:
        values = cpu_by_group(self.roots, without={POSTGRESQL: self.counters.pids})
        return Reading(time.monotonic(), values)
