"""Waits for a process for as long as the process makes progress, and says meanwhile what is waited for."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.stack.process_table import cpu_seconds


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a wait may last and when it is reported, in seconds."""

    without_progress: float = 90.0
    at_most: float = 1800.0
    first_report: float = 10.0
    report_every: float = 15.0


PATIENCE = Patience()


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """A process that is waited for.

    The process makes progress when its log grows, or when it and its children have used a further second of CPU time.
    """

    name: str
    pid: Callable[[], int | None]
    log: Path

    def progress(self) -> tuple[int, int]:
        """Two measures of the progress: the log's size in bytes, and the CPU time in whole seconds."""
        pid = self.pid()
        return (self.log.stat().st_size if self.log.exists() else 0, int(cpu_seconds(pid)) if pid else 0)

    def last_line(self) -> str:
        """The last line of the log; empty where there is none."""
        lines = self.log.read_bytes()[-2000:].decode("utf-8", "replace").split("\n") if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


class ProgressWatch:
    """One wait for a process: reports periodically that the wait goes on, and decides when to give up."""

    def __init__(self, awaited: Awaited, *, say: Callable[[str], None], patience: Patience = PATIENCE) -> None:
        self._awaited, self._say, self._patience = awaited, say, patience
        self._began = self._advanced = self._checked = time.monotonic()
        self._report_at = self._began + patience.first_report
        self._progress = awaited.progress()

    def reason_to_give_up(self) -> str | None:
        """The reason to give up, or None while the wait may go on. Measures the progress at most once a second."""
        now, name = time.monotonic(), self._awaited.name
        if now - self._checked >= min(1.0, self._patience.without_progress / 2):
            self._checked = now
            if (progress := self._awaited.progress()) != self._progress:
                self._progress, self._advanced = progress, now
        if now >= self._report_at:
            self._report_at = now + self._patience.report_every
            words = self._awaited.last_line()
            self._say(f"still waiting for {name} ({now - self._began:.0f} s){f': {words}' if words else ''}")
        idle = now - self._advanced
        if idle > self._patience.without_progress:
            return f"{name} was not ready and has made no progress for {idle:.0f} s; see {self._awaited.log}."
        if now - self._began > self._patience.at_most:
            return f"{name} was not ready after {now - self._began:.0f} s; see {self._awaited.log}."
        return None


def until(
    condition: Callable[[], bool],
    awaited: Awaited,
    *,
    abort: Callable[[], str | None],
    say: Callable[[str], None] = lambda _: None,
    patience: Patience = PATIENCE,
    every: float = 0.05,
) -> None:
    """Wait until the condition holds.

    Raises RuntimeError if `abort` returns a reason, and TimeoutError where the process makes no progress any more.
    """
    watch = ProgressWatch(awaited, say=say, patience=patience)
    while not condition():
        if reason := abort():
            raise RuntimeError(reason)
        if reason := watch.reason_to_give_up():
            raise TimeoutError(reason)
        time.sleep(every)
