"""Stores: each holds the SQL of some tables and works on the connection of one transaction.

The order in which a transaction locks rows is in the docstring of each service's `store`. It begins and ends with the
tables that every service has:

1. `inbox_position`: ascending by source and subject, in one statement
2. `inbox`
3. `the service's own`
4. `stream`: the numbers of events, whose subject is locked before

At any time, because no two transactions want the same rows in another order:

* `idempotency`: the row of one request
* `job`: a new row, or rows that this process has leased
* `clock`, `outbox`: the only rows of their transaction

The order holds within a statement, too, whose parts lock rows of several tables (see `records.insert`).
"""

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa

S = TypeVar("S")


def among(column: sa.Column[Any], query: sa.Select[Any]) -> sa.ColumnElement[bool]:
    """Whether the column is among the values of the query, which PostgreSQL reads once whatever its statistics say.

    A subquery behind `IN` could be read for every row. The query has one column.
    """
    return column == sa.any_(sa.func.array(query.scalar_subquery()))


class SqlStore:
    """Base of a service's stores."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def _execute(self, statement: sa.TextClause, params: Mapping[str, Any]) -> sa.CursorResult[Any]:
        """Execute a constant text, which SQLAlchemy compiles once, and does not look up for each execution."""
        return self._connection.exec_driver_sql(_driver_text(statement, self._connection.dialect), dict(params))


@lru_cache(1_000)
def _driver_text(statement: sa.TextClause, dialect: sa.Dialect) -> str:
    """The text as the driver reads it. Raises `TypeError` for parameters whose values SQLAlchemy would convert."""
    compiled = statement.compile(dialect=dialect)
    if compiled._bind_processors:
        raise TypeError(f"SQLAlchemy converts parameters of: {statement.text}")
    return str(compiled)


def store(kind: Callable[[sa.Connection], S]) -> cached_property[S]:
    """A store as an attribute of a transaction, made when the attribute is first read."""
    return cached_property(lambda work: kind(work.connection))
