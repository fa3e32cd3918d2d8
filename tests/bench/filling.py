"""The stored data that figures are taken over: a thousand hotels with two years of nights, and a full booking list."""

import hashlib

import psycopg

from sandbox.stack.stack import Stack

TYPES = 5
NIGHTS = 730
SERIES = "LIST"

_HOTELS = """
    WITH added AS (
        INSERT INTO hotel
        SELECT (jsonb_populate_record(h, jsonb_build_object('slug', 'bench-' || n, 'name', 'Bench ' || n))).*
        FROM hotel h, generate_series(1, %(hotels)s) AS n WHERE h.slug = 'hotel-killarney'
        RETURNING slug, policy_code
    )
    INSERT INTO cancellation_policy SELECT a.slug, c.code, c.name, c.terms
    FROM added a JOIN cancellation_policy c ON c.hotel = 'hotel-killarney' AND c.code = a.policy_code
"""
_TYPES = """
    INSERT INTO room_type (hotel, code, name, max_occupancy, base_price, bed_setup, photo)
    SELECT 'bench-' || n, 'T' || t, 'Type ' || t, 4, 10000 + 1000 * t, '', ''
    FROM generate_series(1, %(hotels)s) AS n, generate_series(1, %(types)s) AS t
"""
_NIGHTS = """
    INSERT INTO night (hotel, room_type_id, night, capacity, sold)
    SELECT t.hotel, t.id, current_date + d, 1000000, 0
    FROM room_type t, generate_series(0, %(nights)s) AS d WHERE t.hotel LIKE 'bench-%%'
"""
# Ids look drawn, as real ones do: a search by trigrams must not find all bookings by what their ids share.
_NAME = "upper(left(md5(%(series)s || n), 12))"
_BOOKINGS = f"""
    INSERT INTO booking
    SELECT (jsonb_populate_record(b, jsonb_build_object(
        'id', left(b.id, 8) || {_NAME}, 'confirmation_number', left(b.confirmation_number, 9) || {_NAME},
        'hotel', %(hotel)s::text, 'due_at', null, 'created_at', b.created_at - n * interval '1 minute'))).*
    FROM booking b, generate_series(1, %(rows)s) AS n WHERE b.id = %(model)s
"""
_GUESTS = f"""
    INSERT INTO guest
    SELECT (jsonb_populate_record(g, jsonb_build_object(
        'booking_id', left(g.booking_id, 8) || {_NAME}, 'hotel', %(hotel)s::text, 'token_hash', %(series)s || '-' || n,
        'search', g.search || lower(' ' || left(g.booking_id, 8) || {_NAME})))).*
    FROM guest g, generate_series(1, %(rows)s) AS n WHERE g.booking_id = %(model)s
"""


def owner_url(stack: Stack, service: str) -> str:
    """The URL of the role that may vacuum a service's tables. The services' own role may not, and gets a warning."""
    return stack.postgres.create_database(service).owner


def drawn_name(series: str, number: int) -> str:
    """What the id and the confirmation number of this booking of a series end with."""
    return hashlib.md5(f"{series}{number}".encode(), usedforsecurity=False).hexdigest()[:12].upper()


def fill_hotels(rooms_url: str, hotels: int) -> str:
    """Hotels `bench-1` to `bench-N`, with nights enough for any round; how many rows that is, and how large."""
    with psycopg.connect(rooms_url, autocommit=True) as connection:
        given = {"hotels": hotels, "types": TYPES, "nights": NIGHTS}
        for statement in (_HOTELS, _TYPES, _NIGHTS):
            connection.execute(statement, given)
        _analyse(connection, "hotel", "room_type", "night")
        return _size(connection, "night")


def fill_list(bookings_url: str, *, model: str, hotel: str, rows: int, series: str = SERIES) -> str:
    """So many bookings of one hotel, each like the model; how many rows that is, and how large.

    Their ids and confirmation numbers end with the `drawn_name` of their number from 1. A series may be stored once.
    """
    with psycopg.connect(bookings_url, autocommit=True) as connection:
        for statement in (_BOOKINGS, _GUESTS):
            given = {"model": model, "hotel": hotel, "rows": rows, "series": series}
            connection.execute(statement, given)
        _analyse(connection, "booking", "booking_count", "guest")
        return _size(connection, "booking")


def _analyse(connection: psycopg.Connection[tuple[object, ...]], *tables: str) -> None:
    """Update the statistics, without which PostgreSQL plans for empty tables. Raises `RuntimeError` on a warning."""
    warnings: list[str] = []
    connection.add_notice_handler(lambda notice: warnings.append(str(notice.message_primary)))
    connection.execute(f"VACUUM ANALYZE {', '.join(tables)}")
    if warnings:
        raise RuntimeError(f"The tables are not analysed: {', '.join(warnings)}")


def _size(connection: psycopg.Connection[tuple[object, ...]], table: str) -> str:
    row = connection.execute(f"""
        SELECT to_char(count(*), 'FM999,999,999') || ' rows, ' || pg_size_pretty(pg_table_size('{table}'))
               || ' and ' || pg_size_pretty(pg_indexes_size('{table}')) || ' of indexes'
        FROM {table}
    """).fetchone()
    return f"{table}: {row[0] if row else 'nothing'}"
