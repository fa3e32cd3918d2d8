"""One SQL statement that makes all changes of an operation in one database, for any number of subjects."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from psycopg import sql

from tests.bench.cost.table_rows import RowChange, TableShape

STEP = 100_000  # between the numbers of two subjects, more than any number of the model


@dataclass(frozen=True)
class Parameter:
    """A value of the statement. One that `varies` is part of a key, and so another one for each subject."""

    value: str | None
    type: str
    varies: bool

    def of(self, subject: int) -> str | None:
        """The value for a subject, which is the same in every statement, so that later ones find the rows."""
        if not self.varies or self.value is None:
            return self.value
        if self.type == "uuid":
            return str(uuid.uuid5(uuid.UUID(self.value), str(subject)))
        if self.type in {"integer", "bigint"}:
            return str(int(self.value) + STEP * subject)
        return f"{self.value}~{subject}" if self.type == "text" else self.value


@dataclass(frozen=True)
class BareStatement:
    """The text with a placeholder for each parameter, how many rows it inserts less those it deletes, by table."""

    text: str
    parameters: Sequence[Parameter]
    net_rows: Mapping[str, int]

    def values(self, subject: int) -> list[str | None]:
        """The parameters' values for a subject."""
        return [parameter.of(subject) for parameter in self.parameters]


class _Part:
    """The parts of one statement, and their parameters in the order of the text."""

    def __init__(self, shape: TableShape, parameters: list[Parameter]) -> None:
        self._shape, self._parameters = shape, parameters
        self._table = sql.Identifier(shape.name)

    def insert(self, rows: Sequence[RowChange]) -> sql.Composable:
        """Insert whole rows."""
        columns = sql.SQL(", ").join(map(sql.Identifier, self._shape.types))
        lines = sql.SQL(", ").join(
            sql.SQL("({})").format(
                sql.SQL(", ").join(self._value(name, row.values[name]) for name in self._shape.types)
            )
            for row in rows
        )
        return sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES {}").format(self._table, columns, lines)

    def update(self, row: RowChange) -> sql.Composable:
        """Set the new values of a row."""
        values = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), self._value(name, value))
            for name, value in row.values.items()
        )
        return sql.SQL("UPDATE {} SET {} WHERE {}").format(self._table, values, self._key(row))

    def delete(self, row: RowChange) -> sql.Composable:
        """Delete a row."""
        return sql.SQL("DELETE FROM {} WHERE {}").format(self._table, self._key(row))

    def _key(self, row: RowChange) -> sql.Composable:
        before = row.before or {}
        names = self._shape.key
        terms = [sql.SQL("{} = {}").format(sql.Identifier(name), self._value(name, before[name])) for name in names]
        return sql.SQL(" AND ").join(terms)

    def _value(self, column: str, value: str | None) -> sql.Composable:
        kind = self._shape.types[column]
        self._parameters.append(Parameter(value, kind, varies=column in self._shape.unique))
        return sql.SQL("%s::" + kind)


def statement_of(changes: Iterable[RowChange], shapes: Mapping[str, TableShape]) -> BareStatement:
    """All changes as parts of one statement. It is committed on its own, so with one fsync.

    The rows that go into one table are one part; each row that is changed or deleted is a part.
    """
    parts: list[sql.Composable] = []
    parameters: list[Parameter] = []
    net_rows: dict[str, int] = {}
    rows = sorted(changes, key=_kind_of)
    for (table, is_insert), group in groupby(rows, key=_kind_of):
        alike, part = list(group), _Part(shapes[table], parameters)
        parts += (
            [part.insert(alike)]
            if is_insert
            else [part.update(row) if row.after else part.delete(row) for row in alike]
        )
        net = len(alike) if is_insert else -sum(row.after is None for row in alike)
        net_rows[table] = net_rows.get(table, 0) + net
    named = [sql.SQL("{} AS ({})").format(sql.Identifier(f"part_{number}"), part) for number, part in enumerate(parts)]
    text = sql.SQL("WITH {} SELECT 1").format(sql.SQL(", ").join(named)).as_string(None) if parts else ""
    return BareStatement(text, parameters, net_rows)


def _kind_of(change: RowChange) -> tuple[str, bool]:
    return change.table, change.before is None
