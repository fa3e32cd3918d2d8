"""How psycopg 3 executes a service's statements: prepared early and for long, without what SQLAlchemy does not read."""

from functools import lru_cache
from typing import Any

import psycopg
from psycopg import _queries
from psycopg._preparing import PrepareManager
from psycopg.abc import DumperKey
from psycopg.adapt import Dumper, PyFormat
from psycopg.types.array import ListDumper
from psycopg.types.numeric import IntBinaryDumper, IntDumper

# A statement is prepared at its second execution on a connection, and so many statements of a connection are. Each one
# takes some 100 KB of the connection's PostgreSQL process, that of a whole booking 180 KB.
PREPARE_AFTER = 1
STATEMENTS = 200
TEXTS = 1000  # of a process, more than a service has


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


class UntypedListDumper(ListDumper):
    """Lists are sent without a type, which PostgreSQL takes from the statement: from a cast, or the column compared.

    psycopg derives the type of a list from its values, which is half of what the list costs. An empty list has none:
    a statement is prepared for each combination of lists of numbers with and without values.
    """

    def get_key(self, obj: list[Any], format: PyFormat) -> DumperKey:  # noqa: A002, ARG002
        return self.cls

    def upgrade(self, obj: list[Any], format: PyFormat) -> "UntypedListDumper":  # noqa: A002, ARG002
        return self


class PlainCursor(psycopg.Cursor[Any]):
    """A cursor that describes the columns of a result by their names and types only, at a tenth of the cost."""

    @property
    def description(self) -> Any:
        result = self.pgresult
        if result is None or not result.nfields:
            return super().description
        columns = range(result.nfields)
        return [((result.fname(n) or b"").decode(), result.ftype(n), None, None, None, None, None) for n in columns]


def read_each_text_once() -> None:
    """Keep where the parameters of a statement stand, for any statement: the texts of a service are constants.

    psycopg forgets that for a statement of more than 4,096 characters or 50 parameters, such as the insertion of a
    booking, and for those behind the last 128.
    """
    _queries.MAX_CACHED_STATEMENT_LENGTH = _queries.MAX_CACHED_STATEMENT_PARAMS = 2**31
    _queries._query2pg = lru_cache(TEXTS)(_queries._query2pg_nocache)


def use_prepared_statements(connection: psycopg.Connection[Any], _: Any) -> None:
    """Set a new connection up."""
    for dumper in (NumberDumper, BinaryNumberDumper):
        connection.adapters.register_dumper(int, dumper)
    connection.adapters.register_dumper(list, UntypedListDumper)
    connection.cursor_factory = PlainCursor
    connection._prepared = LastingStatements()
