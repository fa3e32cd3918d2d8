"""Loopback ports for a run: the wanted one, or the next free one, and never one that another run is about to use."""

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


def is_free(port: int) -> bool:
    """Nothing listens on the port; connections of the past that linger do not count."""
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
    """Something accepts connections on the port."""
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=timeout):
        return True
    return False


class Ports:
    """The ports of one run, each reserved until `release` against other runs of the same user."""

    def __init__(self, say: Callable[[str], None] = lambda _: None) -> None:
        self._say = say
        self._reserved: dict[int, IO[bytes]] = {}
        self._desk = Path(tempfile.gettempdir()) / f"hotelmate-ports-{os.geteuid()}"
        self._desk.mkdir(mode=0o700, exist_ok=True)

    def choose(self, name: str, wanted: int = ANY) -> int:
        """The wanted port if it is free, else the nearest free one above it; `ANY` is any free port."""
        if wanted == ANY:
            return self._any(name)
        for port in range(wanted, HIGHEST + 1):
            if self._reserve(port):
                if port != wanted:
                    self._say(f"port {wanted} for {name} is taken; using {port} instead")
                return port
        raise RuntimeError(f"No free port for {name} at or above {wanted}.")

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
        slip = (self._desk / str(port)).open("ab")
        try:
            fcntl.flock(slip, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            slip.close()
            return False
        if not is_free(port):
            slip.close()
            return False
        self._reserved[port] = slip
        return True
