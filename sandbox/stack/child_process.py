"""A process in its own session, with its pid and start time in a file, so that no signal reaches another process."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from sandbox.stack import orphans
from sandbox.stack.process_table import born_at, descendants, pid_record, running_pid, still_runs
from sandbox.stack.run_directory import write_private

POLL = 0.02


def end_earlier_process(note: Path, *, sig: signal.Signals = signal.SIGTERM, grace: float = 10.0) -> bool:
    """End the process whose pid is in the file `note`, left behind by a killed run; returns True if it was running."""
    pid = running_pid(note)
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.killpg(pid, sig)
    deadline = time.monotonic() + grace
    while running_pid(note) and time.monotonic() < deadline:
        time.sleep(POLL)
    if running_pid(note):
        family = descendants(pid)
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        for child in family:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
    return True


class ChildProcess:
    """A process that leads its own process group. Its pid is not reused until `poll` has reaped the process."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        note: Path,
        stdout: IO[bytes] | int,
        cwd: Path | None = None,
        user: int | None = None,
        group: int | None = None,
        umask: int = -1,
    ) -> None:
        self._lock = threading.Lock()
        self._note = note
        self._popen = subprocess.Popen(  # noqa: S603
            list(argv), env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.STDOUT,
            start_new_session=True, user=user, group=group, extra_groups=None if user is None else [],
            umask=umask,
        )  # fmt: skip
        try:
            write_private(note, pid_record(self._popen.pid))
        except OSError:  # nobody would find the process again
            self._signal_group(signal.SIGKILL)
            self._popen.wait()
            raise
        orphans.register(self._popen.pid)

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def output(self) -> IO[bytes]:
        assert self._popen.stdout is not None, "started without a pipe"
        return self._popen.stdout

    def poll(self) -> int | None:
        """The exit code (negative for a signal), or None while the process runs. An ended process's group is killed."""
        with self._lock:
            if self._popen.returncode is None:
                if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
                    return None
                self._signal_group(signal.SIGKILL)
                self._popen.wait()
                self._note.unlink(missing_ok=True)
            return self._popen.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait up to `timeout` seconds for the process's end; returns the exit code, or None while the process runs."""
        if timeout is None:
            with suppress(ChildProcessError):
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
            return self.poll()
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None and time.monotonic() < deadline:
            time.sleep(POLL)
        return code

    def send(self, sig: signal.Signals) -> None:
        """Send the signal to the whole process group, unless the process has ended."""
        with self._lock:
            if self._popen.returncode is None:
                self._signal_group(sig)

    def send_to_family(self, sig: signal.Signals) -> None:
        """Send the signal to the process and all its descendants."""
        family = [(pid, born_at(pid)) for pid in descendants(self.pid)] if self.poll() is None else []
        self.send(sig)
        _signal_all(family, sig)

    def kill(self) -> None:
        """Send SIGKILL to the process and all its descendants, and wait until none of them runs."""
        family = [(pid, born_at(pid)) for pid in descendants(self.pid)] if self.poll() is None else []
        self.send(signal.SIGKILL)
        _signal_all(family, signal.SIGKILL)
        self.wait()
        while any(still_runs(pid, birth) for pid, birth in family):
            time.sleep(POLL)

    def end(self, *, sig: signal.Signals = signal.SIGTERM, grace: float) -> int | None:
        """Send `sig`, and kill the process where it still runs after `grace` seconds; returns the exit code."""
        if self.poll() is None:
            self.send(sig)
            self.send(signal.SIGCONT)
            if self.wait(grace) is None:
                self.kill()
        return self.poll()

    def _signal_group(self, sig: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, sig)


def _signal_all(family: Sequence[tuple[int, str | None]], sig: signal.Signals) -> None:
    """Send the signal to each of the processes that still runs, by pid and start time."""
    for pid, birth in family:
        if still_runs(pid, birth):
            with suppress(ProcessLookupError):
                os.kill(pid, sig)
