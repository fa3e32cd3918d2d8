"""The entrypoints that poll: `TimerLoop` runs timers, and `JobLoop` runs jobs that are due."""

import threading
import time
from abc import abstractmethod
from typing import Any

from nameko.extensions import Entrypoint

from chassis.hosting.consumer import GRACE
from chassis.hosting.runtime import ServiceRuntime, runtime_of
from chassis.jobs.runner import JobRunner
from chassis.observability import logs
from chassis.service import Timer

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

    A claim that got fewer jobs than it could is not repeated: what becomes due without a commit of this process waits
    for the next second. The end of a job has the loop look again only where jobs may have waited for that end, because
    no worker was free, or because the kind is ordered and a claim passed over the jobs that follow.
    """

    POLL = 1.0

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._woken = threading.Event()
        self._running = 0
        self._some_wait = False
        super().__init__()

    def wake(self) -> None:
        self._woken.set()

    def turn(self) -> None:
        self._woken.clear()
        self._some_wait = False
        runner = self._bound_to(runtime_of(self.container))
        while not self._stopping.is_set():
            free = runner.job.concurrency - self._running
            self._some_wait = self._some_wait or not free or (runner.job.ordered and self._running > 0)
            leased = runner.claim(free) if free else []
            for batch in runner.batches(leased):
                self._running += 1
                self.container.spawn_worker(self, (batch,), {}, handle_result=self._ended)
            if not free or len(leased) < runner.most(free):
                break
        self._woken.wait(self.POLL)

    def stop(self) -> None:
        super().stop()
        until = time.monotonic() + GRACE
        while self._running and time.monotonic() < until:
            time.sleep(0.01)

    def _bound_to(self, runtime: ServiceRuntime) -> JobRunner:
        """The job runner of this loop. From the first call on, a commit that enqueues such a job wakes this loop."""
        runtime.wakes[self._kind] = self._woken
        return runtime.job_runners[self._kind]

    def _ended(self, worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        self._running -= 1
        if exc_info:
            log.error("job_worker_failed", kind=self._kind, exc_info=exc_info)
        if self._some_wait:
            self._woken.set()
        return None, None
