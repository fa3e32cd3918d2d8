"""The keys of a database, read from PostgreSQL's catalogue."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

# Primary keys, unique and exclusion constraints, unique indexes, and foreign keys on both sides.
_KEYS = """
    SELECT index.indrelid::regclass::text AS table, coalesce(conname, index.indexrelid::regclass::text) AS name,
           ARRAY(
               SELECT attname::text FROM pg_attribute
               WHERE attrelid = index.indrelid AND attnum = ANY (index.indkey)
           ) AS columns
    FROM pg_index AS index JOIN pg_class AS class ON class.oid = index.indrelid
    LEFT JOIN pg_constraint ON conindid = index.indexrelid AND contype IN ('p', 'u', 'x')
    WHERE class.relnamespace = 'public'::regnamespace AND (index.indisunique OR index.indisexclusion)
    UNION ALL
    SELECT conrelid::regclass::text, conname, ARRAY(
        SELECT CASE WHEN target.attname IN ('hotel', 'slug') THEN own.attname::text ELSE '' END
        FROM unnest(conkey, confkey) AS pair (own_number, target_number)
        JOIN pg_attribute AS own ON own.attrelid = conrelid AND own.attnum = own_number
        JOIN pg_attribute AS target ON target.attrelid = confrelid AND target.attnum = target_number
    ) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = 'f'
"""


@dataclass(frozen=True)
class Key:
    """A key of a table. Of a foreign key, `columns` has only those that refer to a hotel."""

    table: str
    name: str
    columns: frozenset[str]

    @property
    def has_hotel(self) -> bool:
        return hotel_column(self.table) in self.columns or (self.table == "hotel" and "hotel" in self.columns)


def hotel_column(table: str) -> str:
    """The column of a table that names the hotel."""
    return "slug" if table == "hotel" else "hotel"


def keys_of(url: str) -> Iterator[Key]:
    """Every key of the database at `url`."""
    with psycopg.connect(url) as connection:
        for table, name, columns in connection.execute(_KEYS).fetchall():
            yield Key(table, name, frozenset(columns))


def tables_of(url: str) -> set[str]:
    """The names of the tables in the database at `url`."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows}
