"""Loopback ports for a run: the preferred port or the next free one, reserved so that no other run takes it."""

import errno
import fcntl
import os
import random
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

LOOPBACK = "127.0.0.1"
ANY = 0
# Below the range that outgoing connections are given, so that nothing takes a port between choosing and using it.
ROOM = range(20_000, 30_000)
HIGHEST = 65_535
# The same for all users, unlike the directory that TMPDIR names.
TEMPORARY = Path("/tmp")  # noqa: S108 - nothing is written into what is made in it


def is_free(port: int) -> bool:
    """Whether nothing listens on the port; connections in TIME_WAIT are ignored."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def answers(port: int, *, timeout: float = 0.5) -> bool:
    """Whether a process accepts connections on the port."""
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=timeout):
        return True
    return False


class Ports:
    """The ports of one run; each is reserved until `release` against the runs of every user on this machine."""

    def __init__(self, say: Callable[[str], None] = lambda _: None) -> None:
        self._say = say
        self._reserved: dict[int, IO[bytes]] = {}

    def choose(self, name: str, preferred: int = ANY) -> int:
        """Reserve and return the preferred port or the next free port above it. `ANY` stands for any free port."""
        if preferred == ANY:
            return self._any(name)
        for port in range(preferred, HIGHEST + 1):
            if self._reserve(port):
                if port != preferred:
                    self._say(f"port {preferred} for {name} is taken; using {port} instead")
                return port
        raise RuntimeError(f"No free port for {name} at or above {preferred}.")

    def release(self) -> None:
        for slip in self._reserved.values():
            slip.close()
        self._reserved.clear()

    def _any(self, name: str) -> int:
        for port in random.sample(ROOM, len(ROOM)):
            if self._reserve(port):
                return port
        raise RuntimeError(f"No free port for {name} in {ROOM}.")

    def _reserve(self, port: int) -> bool:
        if port in self._reserved:
            return False
        slip = _open_slip(port)
        if not (_lock(slip) and is_free(port)):
            slip.close()
            return False
        self._reserved[port] = slip
        return True


def _open_slip(port: int) -> IO[bytes]:
    """Open the file whose lock reserves the port. Every user may read the file, which is enough to lock it."""
    directory = (TEMPORARY if os.access(TEMPORARY, os.W_OK) else Path(tempfile.gettempdir())) / "hotelmate-ports"
    path = directory / str(port)
    try:
        with suppress(FileExistsError):
            directory.mkdir()
            directory.chmod(0o1777)
        with suppress(FileExistsError):
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
            os.fchmod(made, 0o644)
            os.close(made)
        return open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW))
    except PermissionError:  # another user made the directory and closed it
        return tempfile.TemporaryFile()


def _lock(slip: IO[bytes]) -> bool:
    try:
        fcntl.flock(slip, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
