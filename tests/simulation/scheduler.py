"""The scheduler: chooses the next action of the world among all that are possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from chassis.transactions.unit_of_work import is_outage
from tests.simulation import seeded
from tests.simulation.action_kinds import WorldAction, candidate_weights, service_of_loop, service_of_task
from tests.simulation.processes import Loop, SimulatedProcess
from tests.simulation.tasks import Task, TaskState

if TYPE_CHECKING:
    from tests.simulation.world import World

TICK = 0.001  # seconds that pass with each turn
ASKS_AT_ONCE = 10  # of a process, as `ServiceSettings.workers` says
SLOW_TURNS = ((0.05, 0.5, 2.0, 6.0, 15.0), (8, 6, 3, 1, 0.3))  # seconds, and their weights
RENEWAL_SLACK = 1.0  # seconds by which a renewal may be late
BUSY_TIMER_PROBABILITY = 0.03


class Scheduler:
    """Chooses what happens next; the first kind that can happen is the plainest."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.doomed: SimulatedProcess | None = None  # dies when the task that runs gives its turn back

    def choose(self) -> Callable[[], str | None]:
        """Choose what happens next; returns the function that does it, which may return a line for the trace."""
        world = self._world
        world.providers.notice_webhooks()
        world.events.broker.expire()
        kinds = [kind for kind in self._work() if kind.candidates]
        kinds += [kind for kind in self._idling(busy=bool(kinds)) if kind.candidates]
        eager = 1.0 if world.faults_stopped else world.mixture.eager
        weighted = [(kind, candidate_weights(kind, eager)) for kind in kinds]
        kind, weights = world.choices.pick("step", weighted, [kind.weight * max(each) for kind, each in weighted])
        several = len(kind.candidates) > 1
        one = world.choices.pick(kind.name, kind.candidates, weights) if several else kind.candidates[0]
        return lambda: kind.act(one)

    def _work(self) -> Iterator[WorldAction]:
        """What is to be done now."""
        world, awake = self._world, self._awake()
        beginning = [each for each in awake if each.asks and each.asks_running < ASKS_AT_ONCE]
        woken = [(each, loop) for each in awake for loop in each.loops if loop.woken and loop.task is None]
        webhooks = [each for each in world.providers.webhooks if each.due <= world.elapsed]
        yield WorldAction("run", 10.0, [task for task in world.turns.tasks if task.runs], self._run, service_of_task)
        yield WorldAction("message", 8.0, world.network.in_flight, world.network.deliver)
        yield WorldAction("ask", 8.0, beginning, world.network.begin)
        yield WorldAction("deliver", 4.0, world.events.deliverable(), world.events.deliver, lambda each: each.service)
        yield WorldAction("publish", 4.0, sorted(world.outboxes), world.events.publish)
        yield WorldAction("job", 4.0, woken, self._begin_loop, service_of_loop)
        yield WorldAction("webhook", 2.0, webhooks, world.providers.send)

    def _idling(self, *, busy: bool) -> Iterator[WorldAction]:
        """Timers, the passing of time, and what happens to processes."""
        world, awake = self._world, self._awake()
        mixture, processes = world.mixture, world.processes
        due: list[tuple[SimulatedProcess, Loop]] = []
        if not busy or (
            not world.faults_stopped and world.choices.chance("a timer while others work", BUSY_TIMER_PROBABILITY)
        ):
            due = [(each, loop) for each in awake for loop in each.loops if self.is_due(loop)]
            yield WorldAction("timer", 4.0 if busy else 2.0, due, self._begin_loop, service_of_loop)
        yield WorldAction("restart", 0.3, [each for each in processes if not each.up], world.faults.restart)
        yield WorldAction("thaw", 0.3, [each for each in processes if each.frozen], world.faults.thaw)
        if not world.faults_stopped and mixture.freezes:
            yield WorldAction("freeze", mixture.freezes, awake, world.faults.freeze)
        settles = world.faults_stopped and due  # what is due comes first then
        weight = mixture.slow if busy else float(not settles)
        if weight:
            yield WorldAction("time", weight, [busy], lambda busy: self._pass_time(busy=busy))

    def _awake(self) -> list[SimulatedProcess]:
        """The processes that live and are not frozen."""
        return [process for process in self._world.processes if process.up and not process.frozen]

    def is_due(self, loop: Loop) -> bool:
        """Whether a process has to run this loop. At rest, one process's timers are enough."""
        if loop.task is not None:
            return False
        world = self._world
        if world.faults_stopped:
            return loop.woken or (loop.settles and loop.due <= world.rest.since)
        return loop.woken or (not loop.wakes and loop.due <= world.elapsed)

    def _run(self, task: Task) -> None:
        world = self._world
        world.note(f"run {task.process.name + ' ' if task.process else ''}{task.name}")
        world.turns.running = task
        try:
            task.resume()
        finally:
            world.turns.running = None
        self.kill_doomed()
        self.forget(task)

    def kill_doomed(self) -> None:
        """End the process in which a task has come to its death."""
        if self.doomed:
            doomed, self.doomed = self.doomed, None
            self._world.faults.kill(doomed)

    def forget(self, task: Task) -> None:
        """Take a task that has ended off the lists; a failure that is no outage is a violation."""
        world = self._world
        if task.state is not TaskState.DONE or task not in world.turns.tasks:
            return
        world.turns.tasks.remove(task)
        if task.process:
            task.process.tasks.remove(task)
        problem = task.failure
        if problem is not None and (task.process is None or not is_outage(problem)):
            world.violate("a task failed", f"{task.name}: {type(problem).__name__}: {problem}"[:600])
        elif problem is not None:
            world.note(f"{task.name} failed: {type(problem).__name__}")

    def _begin_loop(self, pair: tuple[SimulatedProcess, Loop]) -> None:
        world, (process, loop) = self._world, pair
        loop.woken = False
        task = loop.task = world.turns.spawn(loop.name, loop.body, process)
        world.note(f"{process.name} begins {loop.name}")

        def ended() -> None:
            loop.task = None
            loop.due = world.elapsed + loop.every

        task.ends.append(ended)

    # time

    def _pass_time(self, *, busy: bool) -> None:
        world = self._world
        if busy:
            seconds = world.choices.pick("seconds", *SLOW_TURNS)
        else:
            seconds = min(self.wakes(), default=world.elapsed + 1.0) - world.elapsed
        renewals = [loop.due for loop in self._renewals()]
        self.move(max(TICK, min([seconds, *(due + RENEWAL_SLACK - world.elapsed for due in renewals)])))
        if not busy:
            world.rest.wake_due()
        world.note("time passes")

    def _renewals(self) -> list[Loop]:
        """The renewals that do not run at present, of the processes that are not frozen: time does not outrun them."""
        return [loop for process in self._awake() for loop in process.loops if loop.renews and loop.task is None]

    def wakes(self) -> list[float]:
        """The times at which something happens by itself, but for loops and jobs."""
        world = self._world
        times = [task.wakes for task in world.turns.tasks if task.wakes is not None]
        times += [each.due for each in world.providers.webhooks]
        expiry = world.events.broker.next_expiry()
        return [*times, *([expiry] if expiry is not None else [])]

    def move(self, seconds: float) -> None:
        """Move the world's time; tasks whose time has come are ready, and what is overdue ends."""
        world = self._world
        seeded.move(seconds)
        world.elapsed += seconds
        for task in world.turns.tasks:
            if task.wakes is not None and task.wakes <= world.elapsed and not (task.process and task.process.frozen):
                task.state, task.wakes = TaskState.READY, None
        for loop in self._renewals():
            loop.woken = loop.woken or loop.due <= world.elapsed
        if seconds > TICK:
            world.faults.end_overdue()
