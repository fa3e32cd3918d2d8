"""The wait of a green thread for its database: bounded, so that a silent database fails the statement.

Each driver has a module that makes its connections wait here, one and the same bound for both. The connection is closed
when the wait fails, whether by the bound or by a deadline of the green thread.
"""

import importlib
import time
from collections import Counter

import eventlet.hubs

from chassis.database.answer_limit import answer_limit
from chassis.observability import logs
from chassis.settings import Driver

SILENT = "the database does not answer"

log = logs.logger(__name__)


def install(driver: Driver, counters: Counter[str]) -> None:
    """Have every connection that this process makes with the driver wait here; counts `database_silent`."""
    importlib.import_module(f"chassis.hosting.green_{driver}").install(counters)


class BoundedWait:
    """The waits of one operation, which may last `answer_limit()` seconds together. `silent` is the driver's error."""

    def __init__(self, counters: Counter[str], silent: type[Exception]) -> None:
        self._counters = counters
        self._silent = silent
        self._limit = answer_limit()
        self._until = time.monotonic() + self._limit

    def for_socket(self, fileno: int, *, reads: bool) -> None:
        """Let other green threads run until the socket can be read, or written. Raises `silent` at the bound."""
        remaining = max(0.0, self._until - time.monotonic())
        try:
            eventlet.hubs.trampoline(
                fileno, read=reads, write=not reads, timeout=remaining, timeout_exc=self._silent(SILENT)
            )
        except self._silent:
            self._counters["database_silent"] += 1
            log.warning("database_silent", seconds=self._limit)
            raise
