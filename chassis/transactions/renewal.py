"""Renewal of a lease while its work runs, so that only a dead or frozen process loses the lease."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from chassis.observability import logs
from chassis.refusal import Unavailable

log = logs.logger(__name__)


@contextmanager
def renewed(engine: sa.Engine, renew: Callable[[sa.Connection], None], *, every: float, kind: str) -> Iterator[None]:
    """Call `renew`, one statement, every `every` seconds while the block runs. `kind` is for the log.

    `engine` is in autocommit mode.
    """

    def turn() -> None:
        try:
            with engine.connect() as connection:
                renew(connection)
        except (sa.exc.SQLAlchemyError, Unavailable) as problem:
            log.warning("lease_not_renewed", kind=kind, why=type(problem).__name__)

    end = repeat(turn, every)
    try:
        yield
    finally:
        end()


class Alarms:
    """Functions that are called after some time, unless they are cancelled before: most work ends before a renewal.

    One thread waits for all of them. While there are any, it looks at least every `STEP` seconds.
    """

    STEP = 0.5

    def __init__(self) -> None:
        self._alarms: dict[object, tuple[float, Callable[[], None]]] = {}  # the monotonic time, and the function
        self._any = threading.Event()
        self._thread: threading.Thread | None = None

    def set(self, key: object, function: Callable[[], None], *, after: float) -> None:
        """Call the function, which must not take long, after so many seconds."""
        self._alarms[key] = time.monotonic() + after, function
        if self._thread is None or not self._thread.is_alive():  # a forked process has no thread
            self._thread = threading.Thread(target=self._wait, daemon=True)
            self._thread.start()
        if not self._any.is_set():
            self._any.set()

    def cancel(self, key: object) -> bool:
        """Cancel the call of this key; returns False where it was made."""
        return self._alarms.pop(key, None) is not None

    def _wait(self) -> None:
        while self._any.wait():
            self._any.clear()
            while alarms := list(self._alarms.items()):
                now = time.monotonic()
                for key, (at, function) in alarms:
                    if at <= now and self.cancel(key):
                        function()
                time.sleep(min(self.STEP, max(0.0, min(at for _, (at, _) in alarms) - now)))


_ALARMS = Alarms()


def repeat(turn: Callable[[], None], every: float) -> Callable[[], None]:
    """Call `turn` every `every` seconds in a thread. Returns the function that ends this, after a turn that runs.

    The thread is started when the first turn is due, because starting one costs more than most jobs do.
    """
    ended, turning = threading.Event(), threading.Lock()

    def keep_turning() -> None:
        while True:
            with turning:
                if ended.is_set():
                    return
                turn()
            if ended.wait(every):
                return

    def end() -> None:
        if _ALARMS.cancel(turning):
            return
        ended.set()
        with turning:  # no turn follows what the caller writes next
            pass

    _ALARMS.set(turning, lambda: threading.Thread(target=keep_turning, daemon=True).start(), after=every)
    return end
