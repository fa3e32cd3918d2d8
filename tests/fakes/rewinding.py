"""A database that can be taken back: one connection whose outermost transaction never ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


class OneConnection:
    """Looks like an engine. What commits on it is a savepoint let go of; `now()` stands still."""

    def __init__(self, engine: sa.Engine) -> None:
        self.connection = engine.connect()
        self._outermost = self.connection.begin()
        self._marks = 0

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        with self.connection.begin_nested():
            yield self.connection

    @contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        yield self.connection

    def execution_options(self, **_: Any) -> OneConnection:
        return self

    def mark(self) -> str:
        """A name for how everything stands now."""
        self._marks += 1
        self.connection.exec_driver_sql(f"SAVEPOINT mark_{self._marks}")
        return f"mark_{self._marks}"

    def back_to(self, mark: str) -> None:
        """Everything as it stood then; the mark can be used again."""
        self.connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {mark}")

    def close(self) -> None:
        """Nothing of it has ever happened."""
        self._outermost.rollback()
        self.connection.close()
