"""The entrypoints that poll: `TimerLoop` runs timers, and `JobLoop` runs jobs that are due."""

import threading
import time
from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from math import ceil
from typing import Any

from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from chassis.hosting.consumer import GRACE
from chassis.hosting.runtime import ServiceRuntime, runtime_of
from chassis.jobs.runner import JobRunner
from chassis.observability import logs
from chassis.service import Timer
from chassis.transactions.job_queue import LeasedJob
from chassis.transactions.new_jobs import Reservation

log = logs.logger(__name__)


class PollLoop(Entrypoint):  # type: ignore[misc]
    """Base class of the entrypoints that start workers in a loop, without a message, until they are stopped."""

    def __init__(self, **kwargs: Any) -> None:
        self._stopping = threading.Event()
        self._idle = threading.Event()
        super().__init__(**kwargs)

    def start(self) -> None:
        self.container.spawn_managed_thread(self._loop, identifier=f"{type(self).__name__}.{self.method_name}")

    def stop(self) -> None:
        """Start no further worker and wait until the running worker has ended."""
        self._stopping.set()
        self.wake()
        self._idle.wait(GRACE)

    def wake(self) -> None:
        """End the current pause early; the base class has no pause to end."""

    def _loop(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self.turn()
                except Exception as problem:
                    log.warning("loop_failed", loop=self.method_name, why=repr(problem)[:200])
                    self._stopping.wait(1)
        finally:
            self._idle.set()

    @abstractmethod
    def turn(self) -> None:
        """Do one round: run the workers that are due, then pause."""

    def run_worker(self, *args: Any) -> Any:
        """Run one worker to its end; returns the worker's result or raises the worker's exception."""
        done = threading.Event()
        ends: list[Any] = []

        def ended(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            ends.append((result, exc_info))
            done.set()
            return None, None

        self.container.spawn_worker(self, args, {}, handle_result=ended)
        done.wait()
        result, exc_info = ends[0]
        if exc_info:
            raise exc_info[1]
        return result


class TimerLoop(PollLoop):
    """Runs a timer's step every `seconds` seconds, and again at once while the step returns True."""

    def __init__(self, timer: Timer) -> None:
        self._timer = timer
        super().__init__()

    def turn(self) -> None:
        while not self._stopping.is_set() and self.run_worker():
            pass
        self._stopping.wait(self._timer.seconds)


class JobLoop(PollLoop):
    """Runs jobs of one kind: every second, and at once after a commit that enqueued such a job.

    A transaction of this process that enqueues a job reserves a free worker, which runs the job after the commit: such
    a job is leased, and is run without a claim. There are no reservations while other jobs wait for a worker. For an
    ordered kind one worker is reserved, because the jobs of one order key must not be run side by side.

    A claim that got fewer jobs than it could is not repeated: what becomes due without a commit of this process waits
    for the next second. The end of a job has the loop look again only where jobs may have waited for that end, because
    no worker was free, or because the kind is ordered and a claim passed over the jobs that follow.
    """

    POLL = 1.0

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._runner: JobRunner | None = None
        self._woken = threading.Event()
        self._is_woken = True
        self._next_look_at = 0.0
        self._busy = 0  # workers that run or are reserved
        self._some_wait = False
        super().__init__()

    def wake(self) -> None:
        """Have the loop look for jobs at once."""
        self._is_woken = True
        self._woken.set()

    def turn(self) -> None:
        self.start_workers()
        self._woken.wait(max(0.0, self._next_look_at - time.monotonic()))

    def start_workers(self) -> None:
        """Look for jobs if it is time or the loop was woken, and start workers for them."""
        self._woken.clear()
        runner = self._bound_to(runtime_of(self.container))
        if self._is_woken or time.monotonic() >= self._next_look_at:
            self._is_woken = False
            self._look(runner)
            self._next_look_at = time.monotonic() + self.POLL

    def reserve(self, jobs: int) -> Reservation | None:
        """Reserve free workers for up to so many new jobs; None where there is none, or other jobs come first."""
        runner = self._runner
        if runner is None or self._some_wait or self._stopping.is_set():
            return None
        needed = 1 if runner.job.ordered else ceil(jobs / runner.job.batch_size)
        workers = min(runner.job.concurrency - self._busy, needed)
        if workers <= 0:
            return None
        self._busy += workers
        return Reservation(runner.job.payload, workers * runner.job.batch_size, partial(self._hand_over, workers))

    def stop(self) -> None:
        super().stop()
        until = time.monotonic() + GRACE
        while self._busy and time.monotonic() < until:
            time.sleep(0.01)

    def _look(self, runner: JobRunner) -> None:
        self._some_wait = False
        while not self._stopping.is_set():
            free = runner.job.concurrency - self._busy
            self._some_wait = self._some_wait or not free or (runner.job.ordered and self._busy > 0)
            self._busy += free  # a transaction reserves none of them meanwhile
            try:
                leased = runner.claim(free) if free else []
            finally:
                self._busy -= free
            for batch in runner.batches(leased):
                self._busy += 1
                self._start_worker(batch)
            if not free or len(leased) < runner.most(free):
                break

    def _hand_over(self, workers: int, leased: Sequence[LeasedJob]) -> None:
        """Start workers for new jobs at once, whatever the loop waits for: no other process can run them meanwhile."""
        batches = list(self._runner.batches(leased)) if self._runner else []
        for batch in batches:
            if not self._starts_worker(batch):
                self._give_back(batch)
                self._busy -= 1
        self._busy -= workers - len(batches)
        if self._some_wait and len(batches) < workers:
            self.wake()

    def _starts_worker(self, batch: Sequence[LeasedJob]) -> bool:
        """Start a worker; returns False where this loop or its container is stopping."""
        if self._stopping.is_set():
            return False
        try:
            self._start_worker(batch)
        except ContainerBeingKilled:
            return False
        return True

    def _give_back(self, leased: Sequence[LeasedJob]) -> None:
        """Leave new jobs to other processes, because this loop ends."""
        try:
            if self._runner:
                self._runner.give_back(leased)
        except Exception as problem:  # the leases end by themselves
            log.warning("jobs_not_given_back", kind=self._kind, why=repr(problem)[:200])

    def _start_worker(self, batch: Sequence[LeasedJob]) -> None:
        self.container.spawn_worker(self, (batch,), {}, handle_result=self._ended)

    def _bound_to(self, runtime: ServiceRuntime) -> JobRunner:
        """The job runner of this loop. From the first call on, a commit that enqueues such a job wakes this loop."""
        runtime.job_loops[self._kind] = self
        self._runner = runtime.job_runners[self._kind]
        return self._runner

    def _ended(self, worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        self._busy -= 1
        if exc_info:
            log.error("job_worker_failed", kind=self._kind, exc_info=exc_info)
        if self._some_wait:
            self.wake()
        return None, None
