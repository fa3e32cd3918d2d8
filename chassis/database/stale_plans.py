"""Prepared statements whose result has another type since a migration: PostgreSQL refuses to execute them.

Psycopg 3 prepares statements on each connection. After a column has changed its type, those that return the column fail
with `cached plan must not change result type`, and their transactions with them.
"""

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from chassis.database.errors import FEATURE_NOT_SUPPORTED, sqlstate

Result = TypeVar("Result")


def is_stale(problem: sa.exc.StatementError) -> bool:
    """Whether the statement failed because it was prepared before its result changed its type.

    The error code has other meanings, and the server may speak any language: PostgreSQL names its own function, too.
    """
    place = getattr(getattr(problem.orig, "diag", None), "source_function", None)
    return sqlstate(problem) == FEATURE_NOT_SUPPORTED and place == "RevalidateCachedQuery"


def replace_connections(engine: sa.Engine) -> None:
    """Have a stale statement close its connection, and every other one that the engine has made until then."""

    @sa.event.listens_for(engine, "handle_error")
    def close(context: sa.engine.ExceptionContext) -> None:
        if isinstance(context.sqlalchemy_exception, sa.exc.DBAPIError) and is_stale(context.sqlalchemy_exception):
            context.is_disconnect = True


def once_more(transaction: Callable[[], Result], *, unless: Callable[[], bool] = lambda: False) -> Result:
    """What `transaction()` returns, which runs a second time, on a fresh connection, where a statement was stale.

    The first run must have been rolled back, or have had no effect. Where `unless()` is true then, the error is raised:
    for callers it is an outage.
    """
    try:
        return transaction()
    except sa.exc.DBAPIError as problem:
        if not is_stale(problem) or unless():
            raise
    return transaction()
