"""Detects a full disk, before a start and after a failure, and describes it in one sentence."""

import errno
import os
from pathlib import Path

MEGABYTE = 1024**2
NEEDED = 300 * MEGABYTE  # of a new run
LOW = 100 * MEGABYTE  # below it, RabbitMQ takes no more messages
REMEDY = "make room there, and run this again"
FULL = {errno.ENOSPC, errno.EDQUOT}


def refuse_full_disk(directory: Path) -> None:
    """Raise RuntimeError where a new run has too little room, or no more files can be made."""
    if sentence := full_disk(directory, below=NEEDED):
        raise RuntimeError(sentence)


def full_disk(directory: Path, *, below: int = LOW) -> str | None:
    """A sentence that says that the disk is full. None where `below` bytes are free and files can be made."""
    place = next(each for each in (directory, *directory.parents) if each.exists())
    state = os.statvfs(place)
    free = state.f_bavail * state.f_frsize
    if free >= below and (state.f_favail or not state.f_files):
        return None
    room = f"{free // MEGABYTE} MB are free" if free < below else "no further file can be made"
    return (
        f"The disk that holds {directory} is full ({room}):"
        f" make room there, at least {NEEDED // MEGABYTE} MB, and run this again."
    )


def about_disk(error: BaseException, directory: Path) -> str | None:
    """A sentence that names the full disk of which the error speaks, or None for every other error."""
    if isinstance(error, OSError) and error.errno in FULL:
        place = Path(error.filename).parent if isinstance(error.filename, str) else directory
        return full_disk(place, below=NEEDED) or f"The disk that holds {place} is full: {REMEDY}."
    if os.strerror(errno.ENOSPC) in str(error):
        logs = directory / "logs"
        return full_disk(directory, below=NEEDED) or f"A disk is full, the logs in {logs} name the file: {REMEDY}."
    return None
