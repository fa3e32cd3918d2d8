"""The entrypoints that nobody calls: what is due by the clock, and what is owed to the outside."""

import threading
import time
from abc import abstractmethod
from typing import Any

from nameko.extensions import Entrypoint

from chassis import logs
from chassis.doors import Every
from chassis.entrypoints.consuming import GRACE
from chassis.errands import Errands
from chassis.providers import Machinery, machinery_of

log = logs.logger(__name__)


class _Loop(Entrypoint):  # type: ignore[misc]
    """An entrypoint that runs workers of its own accord until stopped."""

    def __init__(self, **kwargs: Any) -> None:
        self._stopping = threading.Event()
        self._idle = threading.Event()
        super().__init__(**kwargs)

    def start(self) -> None:
        self.container.spawn_managed_thread(self._forever, identifier=f"{type(self).__name__}.{self.method_name}")

    def stop(self) -> None:
        """Begin nothing new; nameko waits for the worker in flight."""
        self._stopping.set()
        self.nudge()
        self._idle.wait(GRACE)

    def nudge(self) -> None:
        """Cut the current pause short."""

    def _forever(self) -> None:
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
        """One round, its pause included."""

    def work(self, *args: Any) -> Any:
        """Run one worker and wait for what it returns."""
        done = threading.Event()
        kept: list[Any] = []

        def ended(worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            kept.extend((result, exc_info))
            done.set()
            return None, None

        self.container.spawn_worker(self, args, {}, handle_result=ended)
        done.wait()
        if kept[1]:
            raise kept[1][1]
        return kept[0]


class Ticks(_Loop):
    """Does what is due every so many seconds, one row a transaction, until nothing is."""

    def __init__(self, door: Every) -> None:
        self._door = door
        super().__init__()

    def turn(self) -> None:
        while not self._stopping.is_set() and self.work():
            pass
        self._stopping.wait(self._door.seconds)


class Calls(_Loop):
    """Runs one kind of errand: woken when one is owed, and every second besides."""

    POLL = 1.0

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._wake = threading.Event()
        self._running = 0
        super().__init__()

    def nudge(self) -> None:
        self._wake.set()

    def bound_to(self, machinery: Machinery) -> Errands:
        """All errands of the kind; from now on a commit that owes one wakes this loop."""
        if self._wake not in machinery.wakes:
            machinery.wakes.append(self._wake)
        return machinery.errands[self._kind]

    def turn(self) -> None:
        self._wake.clear()
        while not self._stopping.is_set():
            errands = self.bound_to(machinery_of(self.container))
            at_once = 1 if errands.door.ordered else errands.door.at_once
            due = errands.claim() if self._running < at_once else []
            if not due:
                break
            self._running += 1
            self.container.spawn_worker(self, (due,), {}, handle_result=self._ended)
        self._wake.wait(self.POLL)

    def stop(self) -> None:
        super().stop()
        until = time.monotonic() + GRACE
        while self._running and time.monotonic() < until:
            time.sleep(0.01)

    def _ended(self, worker_ctx: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        self._running -= 1
        if exc_info:
            log.error("errand_broke", kind=self._kind, exc_info=exc_info)
        self._wake.set()
        return None, None
