"""The processes of the services: each has its ask server, event dispatcher, job runners and timers, as on the host."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from chassis import time_limits
from chassis.jobs.runner import JobRunner
from chassis.messaging.ask_server import AskServer
from chassis.messaging.event_dispatcher import EventDispatcher
from chassis.service import Job, Service, Timer
from chassis.transactions.conversation import Conversation
from chassis.transactions.job_queue import LeasedJob
from chassis.transactions.new_jobs import Reservation
from chassis.transactions.unit_of_work import SYSTEM_CONTEXT, UnitOfWork
from chassis.transactions.work import Work
from contracts.message import Ask, Envelope
from contracts.values import Context
from tests.simulation.tasks import Task

if TYPE_CHECKING:
    from tests.simulation.network import AskInFlight
    from tests.simulation.world import World


class SimulatedUnitOfWork(UnitOfWork):
    """The seam to the database: the world has its turn before a transaction, before its commit, and after it."""

    def __init__(self, world: World, service: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._world = world
        self._service = service

    @contextmanager
    def at_once(self, context: Context | None = None) -> Iterator[Work]:
        self._world.turns.give_back()
        with super().at_once(context) as work:
            yield work
        self._world.committed.add(self._service)
        self._world.point("commit", "after")

    @contextmanager
    def begin(self, context: Context | None = None, *, cause: Envelope | None = None) -> Iterator[Work]:
        self._world.turns.give_back()
        with super().begin(context, cause=cause) as work:
            yield work
            if work.is_open:  # otherwise the flush and the commit are one statement
                work.flush()
            self._world.point("commit", "before")
        self._world.shares["commit"] += 1
        self._world.committed.add(self._service)
        self._world.point("commit", "after")


@dataclass(eq=False)
class Loop:
    """What a process does again and again: `body` runs in a task of its own when the loop is due or woken.

    `wakes` is the kind of job that wakes the loop; empty for a timer. A loop that `renews` a lease is in time in a
    process that is not frozen. A loop that `settles` is needed to come to rest: one process's timers are enough.
    """

    name: str
    every: float
    body: Callable[[], Any]
    due: float
    wakes: str = ""
    renews: bool = False
    settles: bool = False
    woken: bool = False
    task: Task | None = None


class SimulatedProcess:
    """A process of a service. `up` is False while it is dead, and `frozen` True between SIGSTOP and SIGCONT."""

    def __init__(self, world: World, service: Service, number: int) -> None:
        self.service = service
        self.number = number
        self.name = f"{service.name}-{number}"
        self.up = False
        self.frozen = False
        self.applies = False  # a batch of events
        self.one_by_one = 0
        self.tasks: list[Task] = []
        self.asks: deque[AskInFlight] = deque()
        self.loops: list[Loop] = []
        self._world = world

    def start(self) -> None:
        """Make the objects of a new process."""
        world, service = self._world, self.service
        database = world.databases[service.name]
        self.up, self.frozen, self.applies = True, False, False
        self.unit_of_work = SimulatedUnitOfWork(
            world,
            service.name,
            database.transacting,
            service.work,
            reading=database.reading,
            dependencies=world.providers.dependencies(service),
            wake=self.wake,
            reserve=self._reserve,
        )
        self.ask_server = AskServer(service, self.unit_of_work, self._ask)
        self.event_dispatcher = EventDispatcher(service, self.unit_of_work)
        self._runners = {job.kind: JobRunner(job, self.unit_of_work, self._ask) for job in service.jobs}
        self._reserved: Counter[str] = Counter()
        now, settles = world.elapsed, self.number == 1
        timers = [Loop(each.name, each.seconds, self._timer(each), now, settles=settles) for each in service.timers]
        jobs = [Loop(f"run {kind}", 1.0, self._jobs(each), now, wakes=kind) for kind, each in self._runners.items()]
        self.loops = [*timers, *jobs]

    def die(self) -> None:
        """End at once: no task goes on, and what the process had in hand is gone."""
        self.up, self.frozen = False, False
        self.asks.clear()
        self.loops = []

    @property
    def asks_running(self) -> int:
        """The number of asks that the process handles at present."""
        return sum(task.name.startswith("ask ") for task in self.tasks)

    def _ask(self, message: Ask[Any], context: Context) -> Any:
        unkeyed = Context(caller=context.caller, traceparent=context.traceparent, request_id=context.request_id)
        return self._world.network.ask(message, unkeyed, asker=self)

    def repeat(self, turn: Callable[[], None], every: float) -> Callable[[], None]:
        """Call `turn` in tasks of this process while it lives and time passes; returns the function that ends this."""
        loop = Loop("renew a lease", every, turn, self._world.elapsed + every, renews=True)
        self.loops.append(loop)

        def end() -> None:
            if loop in self.loops:
                self.loops.remove(loop)
            if loop.task is not None:
                self._world.turns.join(loop.task)

        return end

    def wake(self, kinds: Collection[str]) -> None:
        """Have the job loops look for jobs of these kinds at once."""
        for loop in self.loops:
            loop.woken = loop.woken or loop.wakes in kinds

    def _timer(self, timer: Timer) -> Callable[[], None]:
        def run() -> None:
            while self._turn(timer):
                pass

        return run

    def _turn(self, timer: Timer) -> bool:
        with self._world.turns.deadline(time_limits.TIMER):
            if timer.converses:
                return bool(timer.step(Conversation(self.unit_of_work, self._ask, SYSTEM_CONTEXT)))
            with self.unit_of_work.begin(SYSTEM_CONTEXT) as work:
                return bool(timer.step(work))

    def _reserve(self, kind: str, jobs: int) -> Reservation | None:
        """Reserve tasks for new jobs, as the host's job loop reserves workers."""
        runner, reserved = self._runners[kind], self._reserved
        job = runner.job
        workers = min(self._free(job), 1 if job.ordered else ceil(jobs / job.batch_size))
        if workers <= 0:
            return None
        reserved[kind] += workers

        def run(leased: Sequence[LeasedJob]) -> None:
            reserved[kind] -= workers
            self._run(runner, leased)

        return Reservation(job.payload, workers * job.batch_size, run)

    def _jobs(self, runner: JobRunner) -> Callable[[], None]:
        """Lease jobs while the kind's concurrency permits, and run each in a task."""

        def run() -> None:
            while free := max(0, self._free(runner.job)):
                leased = runner.claim(free)
                self._run(runner, leased)
                if len(leased) < runner.most(free):
                    return

        return run

    def _free(self, job: Job) -> int:
        return job.concurrency - self._reserved[job.kind] - sum(task.name == f"job {job.kind}" for task in self.tasks)

    def _run(self, runner: JobRunner, leased: Sequence[LeasedJob]) -> None:
        for batch in runner.batches(leased):

            def work(batch: Any = batch) -> None:
                with self._world.turns.deadline(time_limits.JOB):
                    runner.run(batch)
                self.wake({runner.job.kind})

            self._world.turns.spawn(f"job {runner.job.kind}", work, self)
