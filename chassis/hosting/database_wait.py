"""The wait of a green thread for its database: bounded, so that a silent database fails the statement.

psycopg2 calls the wait callback for every statement, for COMMIT, and while connecting; libpq's `connect_timeout` does
not apply to a connection that is made without blocking. The connection is closed when the callback raises.
"""

import time
from collections import Counter
from functools import partial
from typing import Any

import eventlet.hubs
import psycopg2
from psycopg2 import extensions

from chassis.database.answer_limit import answer_limit
from chassis.observability import logs

log = logs.logger(__name__)


class DatabaseSilent(psycopg2.OperationalError):
    """The database has not answered in time."""

    def __init__(self) -> None:
        super().__init__("the database does not answer")


def install(counters: Counter[str]) -> None:
    """Have every psycopg2 connection of this process wait by `wait`; counts `database_silent`."""
    extensions.set_wait_callback(partial(wait, counters))


def wait(counters: Counter[str], connection: Any) -> None:
    """Wait until the connection's operation has ended. Raises `DatabaseSilent` after `answer_limit()` seconds."""
    limit = answer_limit()
    until = time.monotonic() + limit
    try:
        while (state := connection.poll()) != extensions.POLL_OK:
            reads = state == extensions.POLL_READ
            remaining = max(0.0, until - time.monotonic())
            eventlet.hubs.trampoline(
                connection.fileno(), read=reads, write=not reads, timeout=remaining, timeout_exc=DatabaseSilent
            )
    except DatabaseSilent:
        counters["database_silent"] += 1
        log.warning("database_silent", seconds=limit)
        raise
