"""Directories in memory for the tests' servers. A directory whose process is gone is removed by the next test run."""

import fcntl
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

from sandbox.stack.child_process import end_earlier_process
from sandbox.stack.run_directory import vacate

MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3  # bytes that must be free
PREFIX = "hotelmate-tests-"
YOUNG = 60  # seconds in which the process that made a directory locks it


def directory_in_memory(memory: Path = MEMORY, *, room: int = ROOM) -> Path | None:
    """A new directory, locked until this process ends; None without `room` free bytes of memory."""
    if not (memory.is_dir() and os.access(memory, os.W_OK)):
        return None
    remove_abandoned(memory)
    if shutil.disk_usage(memory).free <= room:
        return None
    place = Path(tempfile.mkdtemp(prefix=PREFIX, dir=memory))
    place.chmod(0o711)
    _lock(place)
    return place


def remove_abandoned(memory: Path) -> None:
    """Remove the directories that no living test run has locked, and end their servers."""
    for place in memory.glob(f"{PREFIX}*"):
        try:
            if time.time() - place.stat().st_mtime > YOUNG and (lock := _lock(place)) is not None:
                end_earlier_process(place / "postgres.pid", sig=signal.SIGINT)
                end_earlier_process(place / "rabbit.pid")
                vacate(place)
                os.close(lock)
        except OSError:
            continue  # another user's directory, or one that another run has removed meanwhile


def _lock(place: Path) -> int | None:
    """Lock the directory; returns the descriptor that holds the lock, None if another process holds the lock."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
