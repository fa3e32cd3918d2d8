"""The green wait of psycopg2, which calls a wait callback for every statement, for COMMIT, and while connecting.

libpq's `connect_timeout` does not apply to a connection that is made without blocking. psycopg2 closes the connection
when the callback raises.
"""

from collections import Counter
from functools import partial
from typing import Any

import psycopg2
from psycopg2 import extensions

from chassis.hosting.database_wait import BoundedWait


class Psycopg2Silent(psycopg2.OperationalError):
    """The database has not answered in time."""


def install(counters: Counter[str]) -> None:
    """Have every psycopg2 connection of this process wait by `wait`."""
    extensions.set_wait_callback(partial(wait, counters))


def wait(counters: Counter[str], connection: Any) -> None:
    """Wait until the connection's operation has ended. Raises `Psycopg2Silent` after `answer_limit()` seconds."""
    bounded = BoundedWait(counters, Psycopg2Silent)
    while (state := connection.poll()) != extensions.POLL_OK:
        bounded.for_socket(connection.fileno(), reads=state == extensions.POLL_READ)
