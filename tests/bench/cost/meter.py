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
    _last: Reading | None = field(default=None, init=False)

    def cost(
        self, operate: Callable[[], Any], *, operations: int, groups: Collection[str], drained: bool = True
    ) -> dict[str, float]:
        """What each of so many operations costs: CPU milliseconds by group and in total, and the counters' growth.

        `DRAINED` is the time in milliseconds, by operation, until everything afterwards was done. Unless `drained`,
        only the CPU time until `operate` returns counts. The growth of the counters is that until rest in any case,
        `settle` seconds later.
        """
        before = self._last or self._counted_at_rest()
        self.backlog.mark()
        busy = self._cpu()
        operate()
        if drained:
            self.backlog.drain()
        done = self._cpu()
        at_rest = self._counted_at_rest()
        idle = self._cpu()  # after the counters, as their reading takes CPU time of the servers
        time.sleep(self.settle)
        idled = self._cpu()
        self._last = self._counted()
        seconds = cost_of_one(Window(busy, done), Window(idle, idled), operations=operations)
        counts = cost_of_one(Window(before, at_rest), Window(at_rest, self._last), operations=operations)
        by_group = {group: seconds[group] * MILLISECONDS for group in groups}
        until_done = (done.at - busy.at) * MILLISECONDS / operations
        return {TOTAL: sum(by_group.values()), **by_group, **counts, DRAINED: until_done}

    def forget_rest(self) -> None:
        """What has happened since the last measurement belongs to none."""
        self._last = None

    def _counted_at_rest(self) -> Reading:
        time.sleep(self.settle)
        return self._counted()

    def _counted(self) -> Reading:
        return Reading(time.monotonic(), self.counters.read())

    def _cpu(self) -> Reading:
        values = cpu_by_group(self.roots, without={POSTGRESQL: self.counters.pids})
        return Reading(time.monotonic(), values)
