"""The rows of a database as text, by primary key; and what changed between two such pictures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql

Key = tuple[str | None, ...]
Row = Mapping[str, str | None]
# What the idle system writes by itself: leases, and the comparison of holds with bookings.
BACKGROUND = frozenset({"alembic_version", "lease", "inbox_process", "inbox_partition", "clock", "census", "ghost"})

_TABLES = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnum = ANY (p.indkey)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_index p ON p.indrelid = c.oid AND p.indisprimary
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attgenerated = ''
    ORDER BY c.relname, a.attnum
"""
_UNIQUE = """
    SELECT c.relname, a.attname
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
    WHERE (i.indisunique OR i.indisexclusion) AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""


@dataclass(frozen=True)
class TableShape:
    """A table's columns with their types, those of the primary key, and all that a unique or exclusion index has."""

    name: str
    types: Mapping[str, str]
    key: tuple[str, ...]
    unique: frozenset[str]


@dataclass(frozen=True)
class RowChange:
    """A row that was inserted (`before` is None), deleted (`after` is None) or changed."""

    table: str
    before: Row | None
    after: Row | None

    @property
    def values(self) -> Row:
        """Of a changed row, the values that are new; otherwise the whole row."""
        if self.before is None or self.after is None:
            return self.after or self.before or {}
        return {name: value for name, value in self.after.items() if value != self.before.get(name)}


Picture = Mapping[str, Mapping[Key, Row]]


def shapes_of(connection: psycopg.Connection[tuple[str, ...]]) -> dict[str, TableShape]:
    """The tables that have a primary key, but those of the background."""
    types: dict[str, dict[str, str]] = {}
    keys: dict[str, list[str]] = {}
    for table, column, kind, in_key in connection.execute(_TABLES):
        types.setdefault(table, {})[column] = kind
        keys.setdefault(table, []).extend([column] if in_key else [])
    unique: dict[str, set[str]] = {}
    for table, column in connection.execute(_UNIQUE):
        unique.setdefault(table, set()).add(column)
    return {
        table: TableShape(table, columns, tuple(keys[table]), frozenset(unique[table] & columns.keys()))
        for table, columns in types.items()
        if table not in BACKGROUND
    }


def picture_of(connection: psycopg.Connection[tuple[str, ...]], shapes: Mapping[str, TableShape]) -> Picture:
    """Every row of these tables, in one snapshot."""
    tables: dict[str, dict[Key, Row]] = {}
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for table, shape in shapes.items():
            columns = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in shape.types)
            rows = connection.execute(sql.SQL("SELECT {} FROM {}").format(columns, sql.Identifier(table)))
            named = (dict(zip(shape.types, row, strict=True)) for row in rows)
            tables[table] = {tuple(row[name] for name in shape.key): row for row in named}
    return tables


def changes(before: Picture, after: Picture) -> Iterator[RowChange]:
    """What became of each row that is not the same in both, by its key."""
    for table, rows in after.items():
        earlier = before.get(table, {})
        for key in sorted(rows.keys() | earlier.keys(), key=str):
            if rows.get(key) != earlier.get(key):
                yield RowChange(table, earlier.get(key), rows.get(key))
