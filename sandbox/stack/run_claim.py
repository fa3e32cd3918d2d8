"""The claim of one stack to its run directory, and the processes that a killed stack has left behind."""

import fcntl
import json
import os
import signal
from contextlib import suppress
from pathlib import Path

from sandbox.stack.child_process import end_earlier_process
from sandbox.stack.process_table import pid_record, running_pid
from sandbox.stack.run_directory import write_private
from sandbox.stack.stack_config import ROOT

RUN = ROOT / ".run"
NOTE = "stack.pid"
LOCK = "stack.lock"
STACK_JSON = "stack.json"


class RunClaim:
    """The claim, held until `release` or the process's end. Raises RuntimeError where another stack holds the claim."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._note = directory / NOTE
        self._record = pid_record(os.getpid())
        self._identity = _identity(directory)
        self._released = False
        self._lock = (directory / LOCK).open("ab")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise RuntimeError(describe_running(directory)) from None
        write_private(self._note, self._record)

    def lost(self) -> bool:
        """Whether the run directory was removed, emptied or replaced, so that no command finds this stack any more."""
        try:
            return not self._released and self._note.read_text("utf-8") != self._record
        except OSError:
            return not self._released

    def made_anew(self) -> bool:
        """Whether another directory is in the place of the run directory, and no stack has claimed it."""
        return _identity(self._directory) not in {None, self._identity} and not (self._directory / LOCK).exists()

    def release(self) -> None:
        if not self._released and not self.lost():
            self._note.unlink(missing_ok=True)
        self._released = True
        self._lock.close()


def _identity(directory: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        state = directory.stat()
        return (state.st_dev, state.st_ino)
    return None


def describe_running(directory: Path) -> str:
    """The sentence that tells where the stack of the directory runs, and how to end it."""
    pid = running_pid(directory / NOTE)
    with suppress(OSError, ValueError, KeyError):
        gateway = json.loads((directory / STACK_JSON).read_text("utf-8"))["gateway"]
        return f"HotelMate already runs in {directory}, at {gateway} (pid {pid}). {_how_to_end(directory)}"
    return f"HotelMate already runs in {directory}, starting or ending (pid {pid}). {_how_to_end(directory)}"


def end_leftovers(directory: Path) -> int:
    """End the processes that a killed stack has left behind: the programs first, then broker and database.

    Returns the number of processes.
    """
    end_in_terminals(directory)
    programs = [note for note in sorted(directory.glob("pids/*")) if not note.name.startswith(".")]
    ended = sum(end_earlier_process(note) for note in (*programs, *_brokers(directory)))
    return ended + end_earlier_process(directory / "postgres" / "postgres.pid", sig=signal.SIGINT)


def _brokers(directory: Path) -> list[Path]:
    cluster = directory / "cluster"
    return [directory / "rabbit" / "rabbit.pid", *cluster.glob("*/rabbit.pid"), cluster / "epmd.pid"]


def end_in_terminals(directory: Path) -> None:
    """End the services of this run directory that run in terminals of their own (`make run`)."""
    for held in directory.glob("pids/*.held"):
        if pid := running_pid(held):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        held.unlink(missing_ok=True)


def _how_to_end(directory: Path) -> str:
    command = "make down" if directory == RUN else f"python -m sandbox.stack --directory {directory} down"
    return f"End it with Ctrl-C in its terminal, or here: {command}"
