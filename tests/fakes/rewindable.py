"""A database that can be rolled back: one connection in an outer transaction that never commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


class RewindableConnection:
    """Has the interface of an engine. Its commits release savepoints; SQL `now()` is constant."""

    def __init__(self, engine: sa.Engine) -> None:
        self.connection = engine.connect()
        self._outermost = self.connection.begin()
        self._savepoints = 0

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        with self.connection.begin_nested():
            yield self.connection

    connect = begin

    def execution_options(self, **_: Any) -> RewindableConnection:
        return self

    def savepoint(self) -> str:
        """Create a savepoint. Returns its name."""
        self._savepoints += 1
        self.connection.exec_driver_sql(f"SAVEPOINT mark_{self._savepoints}")
        return f"mark_{self._savepoints}"

    def rollback_to(self, savepoint: str) -> None:
        """Roll back to a savepoint, which remains usable."""
        self.connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {savepoint}")

    def close(self) -> None:
        """Roll back everything and close the connection."""
        self._outermost.rollback()
        self.connection.close()
