"""How psycopg 3 executes a service's statements: prepared early and for long, without what SQLAlchemy does not read."""

from typing import Any

import psycopg
from psycopg._preparing import PrepareManager
from psycopg.adapt import Dumper, PyFormat
from psycopg.types.numeric import IntBinaryDumper, IntDumper

# A statement is prepared at its second execution on a connection, and so many statements of a connection are. Each one
# takes some 100 KB of the connection's PostgreSQL process, that of a whole booking 180 KB.
PREPARE_AFTER = 1
STATEMENTS = 200


class LastingStatements(PrepareManager):
    """Statements that stay prepared after a rollback, which psycopg takes for a sign that tables may be others.

    Services change no tables, and refuse asks by rolling back.
    """

    prepare_threshold = PREPARE_AFTER
    prepared_max = STATEMENTS

    def clear(self) -> bool:
        return False


class NumberDumper(IntDumper):
    """Numbers of up to four bytes have one type, as in a text.

    psycopg has a type for those of two bytes, and a statement is prepared for each combination of its values' types:
    twice for each amount.
    """

    def upgrade(self, obj: int, format: PyFormat) -> Dumper:  # noqa: A002
        return self._int4_dumper if -(2**15) <= obj < 2**15 else super().upgrade(obj, format)


class BinaryNumberDumper(NumberDumper, IntBinaryDumper):
    """The same in binary form. In a list, numbers are in the form of text."""


class PlainCursor(psycopg.Cursor[Any]):
    """A cursor that describes the columns of a result by their names and types only, at a tenth of the cost."""

    @property
    def description(self) -> Any:
        result = self.pgresult
        if result is None or not result.nfields:
            return super().description
        columns = range(result.nfields)
        return [((result.fname(n) or b"").decode(), result.ftype(n), None, None, None, None, None) for n in columns]


def use_prepared_statements(connection: psycopg.Connection[Any], _: Any) -> None:
    """Set a new connection up."""
    for dumper in (NumberDumper, BinaryNumberDumper):
        connection.adapters.register_dumper(int, dumper)
    connection.cursor_factory = PlainCursor
    connection._prepared = LastingStatements()
