"""The turns of the tasks: how a task starts, gives its turn to the world, and waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chassis.refusal import Unavailable
from tests.simulation.tasks import DeadlinePassed, ProcessDied, Task, TaskState

if TYPE_CHECKING:
    from tests.simulation.processes import SimulatedProcess
    from tests.simulation.world import World


class Turns:
    """The tasks of the world. `running` is the one that has its turn, None while the world itself decides."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.tasks: list[Task] = []
        self.running: Task | None = None

    def current_task(self) -> Task:
        """The task that runs."""
        assert self.running is not None
        return self.running

    def spawn(self, name: str, body: Callable[[], Any], process: SimulatedProcess | None = None) -> Task:
        """Start a task; it begins when its turn comes."""
        task = Task(name, body, process)
        self.tasks.append(task)
        if process:
            process.tasks.append(task)
        return task

    def give_back(self) -> None:
        """Give the turn to the world, which may let other tasks run first."""
        task = self.running
        if task is None:
            return
        if task.process and not task.process.up:
            raise ProcessDied
        task.state = TaskState.READY
        task.pause()

    def wait(self, *, until: float) -> None:
        """Wait for a signal, or for the time `until`."""
        task = self.current_task()
        task.signalled = False
        task.state, task.wakes = TaskState.WAITING, until
        task.pause()

    def join(self, task: Task) -> None:
        """Wait until another task has ended."""
        waiting = self.current_task()
        if task.state is not TaskState.DONE:
            task.ends.append(waiting.signal)
            self.wait(until=float("inf"))

    def repeat(self, turn: Callable[[], None], every: float) -> Callable[[], None]:
        """The renewal of a lease, in the process of the current task."""
        if self.running is None or self.running.process is None:
            return lambda: None
        return self.running.process.repeat(turn, every)

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Interrupt the block after `seconds` at its current wait, and raise `Unavailable`, as the host does."""
        task = self.current_task()
        outer, task.limit = task.limit, self._world.elapsed + seconds
        try:
            yield
        except DeadlinePassed:
            raise Unavailable(f"{task.name} took longer than {seconds:g} s") from None
        finally:
            task.limit = outer
