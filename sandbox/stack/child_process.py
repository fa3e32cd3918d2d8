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

from sandbox.stack.run_directory import write_private

PROC = Path("/proc")
POLL = 0.02


def born_at(pid: int) -> str | None:
    """The start time of the process, which tells apart two processes with one pid. None if no such process runs."""
    if PROC.joinpath("self", "stat").exists():
        fields = _stat(pid)
        return fields[19] if fields and fields[0] != "Z" else None
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return (
        None if answer.returncode or answer.stdout.lstrip().startswith("Z") else answer.stdout.partition(" ")[2].strip()
    )


def pid_record(pid: int) -> str:
    return f"{pid} {born_at(pid)}\n"


def running_pid(note: Path) -> int | None:
    """The pid in the file `note`, or None where that process no longer runs, even if its pid is in use again."""
    with suppress(OSError, ValueError):
        pid, _, birth = note.read_text("utf-8").strip().partition(" ")
        return int(pid) if birth and born_at(int(pid)) == birth else None
    return None


def descendants(pid: int) -> list[int]:
    """The pids of all descendants. PostgreSQL's children have their own sessions, which no group signal reaches."""
    parents: dict[int, list[int]] = {}
    for each in (int(entry.name) for entry in PROC.glob("[0-9]*")):
        if fields := _stat(each):
            parents.setdefault(int(fields[1]), []).append(each)
    pids: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        pids += children
        waiting += children
    return pids


def cpu_seconds(pid: int) -> float:
    """The CPU time that the process and its living descendants have used; 0 where the system does not tell."""
    own_and_ended_children = slice(11, 15)
    ticks = [int(field) for each in (pid, *descendants(pid)) for field in _stat(each)[own_and_ended_children]]
    return sum(ticks) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields of `/proc/<pid>/stat` behind the process's name. Empty if there is no such process or no `/proc`."""
    with suppress(OSError):
        return (PROC / str(pid) / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return []


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
        while any(birth and born_at(pid) == birth for pid, birth in family):
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
        if birth and born_at(pid) == birth:
            with suppress(ProcessLookupError):
                os.kill(pid, sig)
