"""How long a client waits for the database's answer to one statement."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

import sqlalchemy as sa

from chassis import time_limits

_EXTENDED: ContextVar[float | None] = ContextVar("_EXTENDED", default=None)


def answer_limit() -> float:
    """The number of seconds after which the current statement's connection counts as silent and is closed."""
    return _EXTENDED.get() or time_limits.ANSWER


@contextmanager
def slow_statements(connection: sa.Connection, seconds: float) -> Iterator[None]:
    """In the `with` block, each statement of this connection may take `seconds`, on the server and for the client."""
    limit = _EXTENDED.set(seconds + time_limits.ANSWER - time_limits.STATEMENT)
    try:
        connection.exec_driver_sql(f"SET statement_timeout = {int(seconds * 1000)}")
        yield
    finally:
        _EXTENDED.reset(limit)
        with suppress(sa.exc.DBAPIError):
            connection.exec_driver_sql("RESET statement_timeout")
