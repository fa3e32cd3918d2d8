"""Faults of processes, and the time limits of the database, the broker and the host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chassis import time_limits
from tests.simulation.events import LOST_AFTER
from tests.simulation.processes import SimulatedProcess
from tests.simulation.tasks import DeadlinePassed, ProcessDied, Task, TaskState

if TYPE_CHECKING:
    from tests.simulation.world import World


class Faults:
    """Kills, freezes and revives processes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._frozen_since: dict[str, float] = {}

    def kill(self, process: SimulatedProcess) -> None:
        """End a process at once; each of its tasks dies at the crash point at which it stands."""
        world = self._world
        world.note(f"{process.name} dies")
        world.shares["kill"] += 1
        process.die()
        for task in list(process.tasks):
            if task.at:
                world.points.hit(task.at)
            self.throw(task, ProcessDied())

    def restart(self, process: SimulatedProcess) -> None:
        """Start a dead process again."""
        self._world.note(f"{process.name} starts")
        self._world.shares["restart"] += 1
        process.start()
        if self._world.faults_stopped:
            self._world.rest.wait_again()

    def freeze(self, process: SimulatedProcess) -> None:
        """Stop a process where it stands; its connections stay open."""
        self._world.note(f"{process.name} freezes")
        self._world.shares["freeze"] += 1
        process.frozen = True
        self._frozen_since[process.name] = self._world.elapsed

    def thaw(self, process: SimulatedProcess) -> None:
        """Let a frozen process go on."""
        self._world.note(f"{process.name} thaws")
        self._world.shares["thaw"] += 1
        process.frozen = False
        self.end_overdue()

    def throw(self, task: Task, problem: BaseException) -> None:
        """Raise in a task, at its current wait."""
        world = self._world
        world.turns.running = task
        try:
            task.throw(problem)
        finally:
            world.turns.running = None
        world.scheduler.kill_doomed()
        world.scheduler.forget(task)

    def end_overdue(self) -> None:
        """End the lock waits, idle transactions, silent connections and tasks whose time limit has passed."""
        world = self._world
        world.stripe.advance(0)  # its payment pages expire, too
        for each in list(world.oracle.parked):
            if each.task.state is TaskState.BLOCKED and world.elapsed - each.since > time_limits.LOCK:
                world.note(f"{each.task.name} waits too long for a lock")
                world.shares["lock timeout"] += 1
                world.oracle.cancel(each)
        for database in world.databases.values():
            for connection in database.idle(time_limits.IDLE_IN_TRANSACTION):
                world.note("a transaction was idle for too long")
                world.shares["idle transaction"] += 1
                world.oracle.end_session(connection)
        for process in world.processes:
            if process.frozen and world.elapsed - self._frozen_since[process.name] > LOST_AFTER:
                world.events.connection_lost(process)
        for task in list(world.turns.tasks):
            frozen = task.process and task.process.frozen
            if task.limit is not None and task.limit < world.elapsed and not frozen:
                world.note(f"the deadline of {task.name} passes")
                world.shares["deadline"] += 1
                self.throw(task, DeadlinePassed())
