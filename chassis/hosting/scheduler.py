"""The entrypoints that poll: `TimerLoop` runs timers, and `JobLoop` runs jobs that are due."""

import threading
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Sequence
from functools import partial
from math import ceil
from typing import Any

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

    A transaction of this process that enqueues a job reserves a free worker, and hands the job over after its commit:
    such a job is leased, and is run without a claim. An ordered kind has no reservations, because its claims keep the
    order; nor are there any while other jobs wait for a worker.

    A claim that got fewer jobs than it could is not repeated: what becomes due without a commit of this process waits
    for the next second. The end of a job has the loop look again only where jobs may have waited for that end, because
    no worker was free, or because the kind is ordered and a claim passed over the jobs that follow.
    """

    POLL = 1.0

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._runner: JobRunner | None = None
        self._woken = threading.Event()
        self._looks = True
        self._look_at = 0.0
        self._busy = 0  # workers that run or are reserved
        self._some_wait = False
        self._handed_over: deque[Sequence[LeasedJob]] = deque()
        super().__init__()

    def wake(self) -> None:
        """Have the loop look for jobs at once."""
        self._looks = True
        self._woken.set()

    def turn(self) -> None:
        self.start_workers()
        self._woken.wait(max(0.0, self._look_at - time.monotonic()))

    def start_workers(self) -> None:
        """Start workers for the jobs that were handed over, and look for others if it is time or the loop was woken."""
        self._woken.clear()
        runner = self._bound_to(runtime_of(self.container))
        while self._handed_over:
            self._start_worker(self._handed_over.popleft())
        if self._looks or time.monotonic() >= self._look_at:
            self._looks = False
            self._look(runner)
            self._look_at = time.monotonic() + self.POLL

    def reserve(self, jobs: int) -> Reservation | None:
        """Reserve free workers for up to so many new jobs; None where there is none, or other jobs come first."""
        runner = self._runner
        if runner is None or runner.job.ordered or self._some_wait or self._stopping.is_set():
            return None
        workers = min(runner.job.concurrency - self._busy, ceil(jobs / runner.job.batch_size))
        if workers <= 0:
            return None
        self._busy += workers
        return Reservation(runner.job.payload, workers * runner.job.batch_size, partial(self._hand_over, workers))

    def stop(self) -> None:
        super().stop()
        self._give_back()
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
        batches = list(self._runner.batches(leased)) if self._runner else []
        self._busy -= workers - len(batches)
        self._handed_over.extend(batches)
        if self._idle.is_set():
            self._give_back()
        elif batches:
            self._woken.set()
        elif self._some_wait:
            self.wake()

    def _give_back(self) -> None:
        """Leave the jobs that were handed over to other processes, because this loop has ended."""
        while self._handed_over and self._runner:
            self._busy -= 1
            try:
                self._runner.give_back(self._handed_over.popleft())
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
