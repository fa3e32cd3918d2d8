"""The last phase of a run: faults have stopped, and time passes until nothing is left to do."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.simulation import seeded
from tests.simulation.tasks import ProcessDied

if TYPE_CHECKING:
    from tests.simulation.world import World

HORIZON = 3 * 3600.0  # seconds; what happens later than that is not waited for
RECOVERY_WAITS = (5.0, 90.0, 600.0)  # seconds that pass when nothing is due, for recovery that waits
MAX_DUE_LOOKS = 2  # looks for a job that is due before it counts as waiting for an earlier one of its order key

_OPEN_JOBS = """
    SELECT DISTINCT kind, greatest(try_at, not_before) AS due FROM job
    WHERE done_at IS NULL AND gave_up_at IS NULL ORDER BY kind, due
"""


class RestPhase:
    """Brings a run to rest. `since` is the time, in the world's seconds, up to which loops are run."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.since = 0.0
        self._waits: deque[float] = deque()
        self._looks = 0

    def begin(self) -> None:
        """Stop all faults: actors go, processes come back, and nothing is lost or late any more."""
        world = self._world
        world.faults_stopped = True
        world.mixture = replace(world.mixture, slow=0.0)
        for task in [each for each in world.turns.tasks if each.process is None]:
            world.faults.throw(task, ProcessDied())
        for process in world.processes:
            if process.frozen:
                world.faults.thaw(process)
            if not process.up:
                world.faults.restart(process)
        self.since = world.elapsed
        self.wait_again()

    def wait_again(self) -> None:
        """Have recovery its whole time from now on."""
        self._waits, self._looks = deque(RECOVERY_WAITS), 0

    def is_busy(self) -> bool:
        """Whether anything is left to do at this time."""
        world = self._world
        return bool(
            world.network.in_flight
            or world.outboxes
            or any(task.runs for task in world.turns.tasks)
            or any(each.due <= world.elapsed for each in world.providers.webhooks)
            or any(world.scheduler.is_due(loop) for each in world.processes for loop in each.loops)
            or any(each.asks or not each.up for each in world.processes)
            or world.events.deliverable()
        )

    def pass_time(self) -> bool:
        """Let time pass to what happens next; returns False where nothing does any more."""
        world = self._world
        times = [*world.scheduler.wakes(), *(due for service in world.databases for _, due in self._jobs(service))]
        later = [time for time in times if world.elapsed < time < world.elapsed + HORIZON]
        if min(times, default=world.elapsed + 1) <= world.elapsed and self._looks < MAX_DUE_LOOKS:
            self._looks += 1
            seconds = 0.0
        elif later:
            self._looks = 0
            seconds = min(later) - world.elapsed
        elif self._waits:
            self._looks = 0
            seconds = self._waits.popleft()
        else:
            return False
        world.scheduler.move(seconds)
        self.since = world.elapsed
        self.wake_due()
        world.note("time passes at rest")
        return True

    def wake_due(self) -> None:
        """Have the processes of a service with due jobs look for them, as they do every second."""
        world = self._world
        for service in world.databases:
            due = {kind for kind, time in self._jobs(service) if time <= world.elapsed}
            if due:
                for process in world.living(service)[: 1 if world.faults_stopped else None]:
                    process.wake(due)

    def unfinished(self) -> str:
        """What is left to do, in words."""
        world = self._world
        left = {
            "tasks": [f"{task.name} {task.state.name} {task.at}" for task in world.turns.tasks],
            "asks": [ask.method for ask in world.network.in_flight],
            "outboxes": sorted(world.outboxes),
            "queues": {name: len(queue) for name, queue in world.events.broker.queues.items() if queue},
            "webhooks": len(world.providers.webhooks),
            "jobs": [job for service in world.databases for job in self._jobs(service)],
        }
        return ", ".join(f"{name}: {what}" for name, what in left.items() if what)[:2_000]

    def _jobs(self, service: str) -> list[tuple[str, float]]:
        """The open jobs of a service: kind, and when the job is due."""
        world = self._world
        rows = world.databases[service].sql(_OPEN_JOBS) if service in world.with_jobs else []
        if not rows:
            world.with_jobs.discard(service)
        return [(row["kind"], (row["due"] - seeded.START).total_seconds()) for row in rows]
