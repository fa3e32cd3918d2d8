"""The tables of hotel data, hash-partitioned by hotel: every constraint holds there, as Citus needs it."""

from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from tests.interface.keys.outside import OUTSIDE
from tests.interface.keys.schema import hotel_column, tables_of
from tests.interface.upgrade.dumps import restore

PARTITIONS = 4
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype = 'f' AND conparentid = 0 ORDER BY 1, 2
"""
KINDS = """
    SELECT contype::text, count(*) FROM pg_constraint
    WHERE connamespace = %s::regnamespace AND contype IN ('p', 'u', 'x', 'f') AND conparentid = 0
      AND conrelid::regclass::text <> ALL (%s) GROUP BY 1 ORDER BY 1
"""
SERVICES = [name for name in OUTSIDE if name != "gateway"]


def partition(connection: psycopg.Connection, table: str) -> None:
    """Create the table in the schema `parts`, hash-partitioned by hotel, with the rows of the original."""
    names = {"table": sql.Identifier(table), "hotel": sql.Identifier(hotel_column(table))}
    connection.execute(
        sql.SQL("CREATE TABLE parts.{table} (LIKE public.{table} INCLUDING ALL) PARTITION BY HASH ({hotel})").format(
            **names
        )
    )
    for number in range(PARTITIONS):
        part = sql.Identifier(f"{table}_{number}")
        of = sql.SQL(
            "CREATE TABLE parts.{part} PARTITION OF parts.{table} FOR VALUES WITH (MODULUS {n}, REMAINDER {i})"
        )
        connection.execute(of.format(part=part, n=PARTITIONS, i=number, **names))
    columns = connection.execute(
        "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [f"public.{table}"],
    ).fetchone()
    assert columns
    copied = "INSERT INTO parts.{table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM public.{table}"
    connection.execute(sql.SQL(copied).format(columns=sql.SQL(columns[0]), **names))


@pytest.fixture(params=SERVICES)
def filled(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> tuple[str, str]:
    """The name and the URL of a database with the rows of version 0.1.0, migrated."""
    url = new_database(f"parted_{request.param}")
    restore(request.param, url)
    return request.param, url


def partitioned(name: str, url: str) -> psycopg.Connection:
    """A connection to the database, with its tables of hotel data partitioned in the schema `parts`."""
    connection = psycopg.connect(url, autocommit=True)
    if connection.info.server_version < 180000:
        pytest.skip("exclusion constraints over partitions need PostgreSQL 17; the project's own is 18")
    connection.execute("CREATE SCHEMA parts")
    for table in sorted(tables_of(url) - OUTSIDE[name].keys()):
        partition(connection, table)
    for table, constraint, definition in connection.execute(FOREIGN_KEYS).fetchall():
        if table in OUTSIDE[name]:
            continue
        of_parts = definition.replace("REFERENCES ", "REFERENCES parts.")
        added = sql.SQL("ALTER TABLE parts.{} ADD CONSTRAINT {} ").format(
            sql.Identifier(table), sql.Identifier(constraint)
        )
        connection.execute(added + sql.SQL(of_parts))
    return connection


def test_partitioned_tables_have_every_constraint_and_every_row(filled: tuple[str, str]) -> None:
    name, url = filled

    with partitioned(name, url) as connection:
        outside = list(OUTSIDE[name])
        original = connection.execute(KINDS, ["public", outside]).fetchall()
        assert connection.execute(KINDS, ["parts", outside]).fetchall() == original
        for table in tables_of(url) - OUTSIDE[name].keys():
            same = sql.SQL("SELECT (SELECT count(*) FROM public.{0}) = (SELECT count(*) FROM parts.{0})")
            assert connection.execute(same.format(sql.Identifier(table))).fetchone() == (True,), table


def test_a_partitioned_table_refuses_a_second_row_with_the_same_key(filled: tuple[str, str]) -> None:
    name, url = filled

    with partitioned(name, url) as connection:
        for table in sorted(tables_of(url) - OUTSIDE[name].keys()):
            again = sql.SQL("INSERT INTO parts.{0} OVERRIDING SYSTEM VALUE SELECT * FROM parts.{0} LIMIT 1")
            any_row = connection.execute(sql.SQL("SELECT 1 FROM parts.{}").format(sql.Identifier(table))).fetchone()
            if any_row:
                with pytest.raises(psycopg.errors.IntegrityError):
                    connection.execute(again.format(sql.Identifier(table)))


def test_a_room_on_partitions_has_one_stay_on_each_night(new_database: Callable[[str], str]) -> None:
    url = new_database("parted_nights")
    restore("rooms", url)
    taken = """
        INSERT INTO parts.period (hotel, room_id, kind, nights, booking_id, began_at)
        SELECT {hotel}, id, 'STAY', '[2030-05-01,2030-05-03)', {booking}, now() FROM parts.room
        ORDER BY hotel, id LIMIT 1
    """

    with partitioned("rooms", url) as connection:
        connection.execute(taken.format(hotel="hotel", booking="'BK-2026-FIRST234'"))
        with pytest.raises(psycopg.errors.ExclusionViolation):
            connection.execute(taken.format(hotel="hotel", booking="'BK-2026-OTHERS22'"))
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(taken.format(hotel="'another-hotel'", booking="'BK-2026-OTHERS22'"))


def test_a_table_with_a_key_without_the_hotel_cannot_be_partitioned(new_database: Callable[[str], str]) -> None:
    url = new_database("parted_planted")
    restore("rooms", url)

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE period ADD CONSTRAINT planted UNIQUE (id)")

    with pytest.raises(psycopg.errors.FeatureNotSupported, match="must include all partitioning columns"):
        partitioned("rooms", url).close()
