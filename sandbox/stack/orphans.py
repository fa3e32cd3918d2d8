"""Ends the processes that this one has started once this one has died, however it died.

A second process, the reaper, reads the pids from a pipe, which the system closes when the first process is gone; then
the reaper ends the processes that still run. The kernel's PR_SET_PDEATHSIG would not do: it follows the thread that
started a child, threads start and restart children here, and a change of the user clears it.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from sandbox.stack.process_table import born_at, descendants, pid_record, still_runs

ROOT = Path(__file__).resolve().parents[2]
GRACE = 10.0  # seconds between SIGTERM and SIGKILL
POLL = 0.05


class _Reaper:
    """The reaper of this process, which starts with the first registered pid."""

    def __init__(self) -> None:
        self.is_on = False
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def register(self, pid: int) -> None:
        with self._lock:
            self._process = self._process or self._started()
            assert self._process.stdin is not None
            with suppress(BrokenPipeError):
                os.write(self._process.stdin.fileno(), pid_record(pid).encode())

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", __name__], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip


_reaper = _Reaper()


def reap_orphans() -> None:
    """From now on, have the processes that are registered end with this one."""
    _reaper.is_on = True


def register(pid: int) -> None:
    """Have the process, and all its descendants, end with this one, if `reap_orphans` was called."""
    if _reaper.is_on:
        _reaper.register(pid)


def reap(records: Iterable[str]) -> None:
    """Read records until their end, then end the processes that still run, and all their descendants.

    SIGTERM lets a process end its own children; SIGKILL ends what runs after it has ended, or after `GRACE` seconds.
    """
    births = dict(record.strip().split(" ", 1) for record in records)
    living = {int(pid): birth for pid, birth in births.items() if still_runs(int(pid), birth)}
    family = {each: born_at(each) for pid in living for each in (pid, *descendants(pid))}
    for pid in reversed(living):
        _signal(pid, signal.SIGTERM)
        _signal(pid, signal.SIGCONT)
    until = time.monotonic() + GRACE
    while _running(living) and time.monotonic() < until:
        time.sleep(POLL)
    for pid in _running(family):
        _signal(pid, signal.SIGKILL)


def _running(births: Mapping[int, str | None]) -> list[int]:
    return [pid for pid, birth in births.items() if still_runs(pid, birth)]


def _signal(pid: int, number: signal.Signals) -> None:
    """Send the signal to the process's group where it leads one, otherwise to the process."""
    with suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)


if __name__ == "__main__":
    reap(sys.stdin)
