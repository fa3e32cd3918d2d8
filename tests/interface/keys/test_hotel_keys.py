"""Every primary key, unique, foreign key and exclusion constraint of hotel data contains the hotel."""

from collections.abc import Callable

import psycopg
import pytest

from chassis.transactions.migrate import migrate
from tests.interface.keys.outside import OUTSIDE
from tests.interface.keys.schema import keys_of, tables_of

PLANTED = {
    "a primary key": "CREATE TABLE planted (id text PRIMARY KEY, hotel text)",
    "a unique index": "CREATE TABLE planted (id text, hotel text); CREATE UNIQUE INDEX planted_once ON planted (id)",
    "a foreign key": """
        CREATE TABLE planted (hotel text, booking_id text, number text UNIQUE);
        ALTER TABLE booking ADD UNIQUE (id);
        ALTER TABLE planted DROP CONSTRAINT planted_number_key;
        ALTER TABLE planted ADD FOREIGN KEY (booking_id) REFERENCES booking (id)
    """,
    "an exclusion": """
        CREATE EXTENSION IF NOT EXISTS btree_gist;
        CREATE TABLE planted (hotel text, room int, nights daterange, EXCLUDE USING gist (room WITH =, nights WITH &&))
    """,
}


def breaches(name: str, url: str) -> list[str]:
    """The keys without the hotel in tables that are not listed, as `table.key`."""
    return sorted(
        f"{key.table}.{key.name}" for key in keys_of(url) if key.table not in OUTSIDE[name] and not key.has_hotel
    )


@pytest.fixture(scope="module")
def migrated(new_database: Callable[[str], str]) -> Callable[[str], str]:
    urls: dict[str, str] = {}

    def url_of(name: str) -> str:
        if name not in urls:
            urls[name] = new_database(f"keys_{name}")
            migrate(name, urls[name])
        return urls[name]

    return url_of


@pytest.mark.parametrize("name", OUTSIDE)
def test_every_key_of_hotel_data_contains_the_hotel(name: str, migrated: Callable[[str], str]) -> None:
    assert breaches(name, migrated(name)) == []


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_table_outside_the_rule_is_there_and_breaks_the_rule(name: str, migrated: Callable[[str], str]) -> None:
    url = migrated(name)
    without_hotel = {key.table for key in keys_of(url) if not key.has_hotel}

    for table in tables_of(url) & OUTSIDE[name].keys():
        assert table in without_hotel, f"{table} obeys the rule: strike it off the list"


@pytest.mark.parametrize("what", PLANTED)
def test_a_key_without_the_hotel_is_found(what: str, new_database: Callable[[str], str]) -> None:
    url = new_database("planted_key")
    migrate("bookings", url)
    assert breaches("bookings", url) == []

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(PLANTED[what])

    assert [each for each in breaches("bookings", url) if each.startswith("planted.")]
