"""Tasks: the green threads of the simulation. One runs at a time, and only the world decides which continues."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import greenlet

if TYPE_CHECKING:
    from tests.simulation.processes import SimulatedProcess


WORLD = greenlet.getcurrent()  # the green thread of the world itself


class ProcessDied(BaseException):
    """Thrown into every task of a process that dies."""


class DeadlinePassed(BaseException):
    """Thrown into a task whose deadline has passed, at its current wait, as the host does."""


class TaskState(Enum):
    """What a task waits for."""

    READY = auto()  # for its turn
    WAITING = auto()  # for a signal or a time
    BLOCKED = auto()  # for another transaction's lock
    DONE = auto()


class Task:
    """One green thread. `process` is None for actors. `at` names the crash point at which the task stands.

    `wakes` is the time, in seconds since the run began, at which a waiting task becomes ready by itself. `limit` is the
    time of its deadline.
    """

    def __init__(self, name: str, body: Callable[[], Any], process: SimulatedProcess | None = None) -> None:
        self.name = name
        self.process = process
        self.state = TaskState.READY
        self.at = ""
        self.wakes: float | None = None
        self.limit: float | None = None
        self.signalled = False
        self.failure: Exception | None = None
        self.ends: list[Callable[[], None]] = []
        self._body = body
        self._greenlet = greenlet.greenlet(self._run, parent=WORLD)

    @property
    def runs(self) -> bool:
        """Whether the task may be continued: ready, and its process not frozen."""
        return self.state is TaskState.READY and not (self.process and self.process.frozen)

    def resume(self) -> None:
        """Continue the task until it waits again; called by the world only."""
        self._greenlet.switch()

    def throw(self, problem: BaseException) -> None:
        """Continue the task by raising `problem` in it. A task that has not begun just ends."""
        if self.state is TaskState.DONE:
            return
        if not self._greenlet:
            self._end()
            return
        self.state = TaskState.READY
        self._greenlet.throw(problem)

    def pause(self) -> None:
        """Give the turn to the world; called in the task itself."""
        WORLD.switch()

    def signal(self) -> None:
        """Make a waiting task ready."""
        if self.state is TaskState.WAITING:
            self.signalled = True
            self.state = TaskState.READY
            self.wakes = None

    def _run(self) -> None:
        try:
            self._body()
        except (ProcessDied, DeadlinePassed):
            pass
        except Exception as problem:
            self.failure = problem
        finally:
            self._end()

    def _end(self) -> None:
        self.state = TaskState.DONE
        for action in self.ends:
            action()
        self.ends.clear()
