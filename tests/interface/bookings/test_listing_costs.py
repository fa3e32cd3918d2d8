"""The list of bookings takes a constant number of statements and reads by index."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.settings import with_driver
from chassis.transactions.migrate import migrate
from contracts.bookings.queries import ListBookings
from services.bookings.store import listing, lookups, tables
from services.bookings.store.bookings import IN_ANY_HOTEL, JOINED
from tests.interface.bookings.service_under_test import BookingsUnderTest, statements
from tests.unit.bookings.builders import HOTEL, NOW


def test_a_far_page_reads_as_many_full_rows_as_the_first(crowded: BookingsUnderTest) -> None:
    query = ListBookings(hotel="hotel-7")

    def read_whole(skip: int) -> int:
        statement = listing.page_statement(query, listing._filters(query), size=20, skip=skip)
        compiled = statement.compile(crowded.engine, compile_kwargs={"render_postcompile": True})
        with crowded.engine.connect() as connection:
            explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}"
            (top,) = connection.exec_driver_sql(explain, compiled.params).scalar_one()
        return sum(int(node["Actual Rows"] * node["Actual Loops"]) for node in _reads(top["Plan"], "guest"))

    assert read_whole(1900) == read_whole(0) == 20


def _reads(node: dict[str, Any], table: str) -> Iterator[dict[str, Any]]:
    if node.get("Relation Name") == table:
        yield node
    for inner in node.get("Plans", ()):
        yield from _reads(inner, table)


@pytest.mark.parametrize("filters", [{}, {"search": "ada", "bucket": "pending"}, {"include_counts": True}])
def test_a_list_takes_a_constant_number_of_statements(service: BookingsUnderTest, filters: dict[str, Any]) -> None:
    def sent() -> int:
        with statements(service.engine) as executed:
            service.ask(ListBookings(hotel=HOTEL, **filters))
        return len(executed)

    few = sent()
    for _ in range(12):
        service.book()

    assert (few, sent()) == (2, 2)


@pytest.fixture(scope="module")
def crowded(new_database: Callable[[str], str]) -> Iterator[BookingsUnderTest]:
    """A database with many bookings in many hotels, so that the planner has a choice."""
    url = new_database("bookings_crowded")
    migrate("bookings", url)
    service = BookingsUnderTest(sa.create_engine(with_driver(url, "psycopg2")))
    created = service.book()
    service.rows(
        """
        INSERT INTO booking SELECT (jsonb_populate_record(booking, jsonb_build_object(
            'id', 'X-' || n, 'confirmation_number', 'X-' || n,
            'hotel', CASE WHEN n % 4 = 0 THEN 'hotel-7' ELSE 'hotel-' || n % 200 END,
            'status', CASE WHEN n % 50 = 0 THEN 'IN_HOUSE' WHEN n % 3 = 0 THEN 'CONFIRMED' ELSE 'COMPLETED' END,
            'assigned_room_number', 'R' || n % 40, 'due_at', NULL,
            'ended_at', CASE WHEN n % 50 <> 0 AND n % 3 <> 0 THEN '2030-01-01' END,
            'check_in', date '2029-01-01' + n % 700, 'check_out', date '2029-01-03' + n % 700,
            'created_at', timestamptz '2029-01-01' + n * interval '1 minute'
        ))).* FROM booking, generate_series(1, 8000) AS n WHERE booking.id = :id
        """,
        id=created.booking.booking_id,
    )
    service.rows(
        """
        INSERT INTO guest (booking_id, hotel, first_name, last_name, email, email_key, phone, token_hash,
            token_generation, search)
        SELECT id, hotel, 'Guest', id, lower(id) || '@example.com', lower(id) || '@example.com', '', id, 1,
            lower('guest ' || id || ' ' || id || '@example.com') FROM booking WHERE id LIKE 'X-%'
        """
    )
    service.rows(
        "INSERT INTO booking_directory SELECT booking_id, booking_id, token_hash, hotel FROM guest"
        " WHERE email LIKE 'x-%'"
    )
    service.rows("INSERT INTO hold (booking_id, hotel, held_at) SELECT id, hotel, created_at FROM booking")
    with service.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as autocommitting:
        autocommitting.execute(sa.text("VACUUM ANALYZE booking, booking_directory, guest, hold"))
    yield service
    service.engine.dispose()


def plan(service: BookingsUnderTest, statement: Any) -> str:
    compiled = statement.compile(service.engine, compile_kwargs={"render_postcompile": True})
    with service.engine.connect() as connection:
        rows = connection.exec_driver_sql("EXPLAIN " + str(compiled), compiled.params).scalars()
        return "\n".join(rows)


def listed(**filters: Any) -> Any:
    query = ListBookings(hotel="hotel-7", **filters)
    boards = listing._buckets(query.hotel, NOW)
    condition = sa.and_(listing._filters(query), boards[query.bucket] if query.bucket else sa.true())
    return listing.page_statement(query, condition, size=20)


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (listed(), "booking_newest"),
        (listed(bucket="arrivals"), "booking_by_status"),
        (listed(bucket="in_house"), "booking_by_status"),
        (listed(bucket="departures"), "booking_by_"),
        (listed(status=("PENDING_APPROVAL",)), "booking_by_status"),
        (listed(start_date=date(2030, 11, 25)), "booking_by_check_in"),
        (listed(ordering="check_in"), "booking_by_check_in"),
        (listed(ordering="-check_out"), "booking_by_check_out"),
        (listed(room_number="R7"), "booking_by_room"),
        (listed(search="x-1234"), "guest_search"),
        (listed(search="X-1234 \N{LATIN SMALL LIGATURE FI}nn\N{COMBINING ACUTE ACCENT}"), "guest_search"),
        (sa.select(tables.GUEST.c.hotel).where(lookups._has_address("x-1@example.com")), "guest_by_email_key"),
        (sa.select(tables.BOOKING.c.id).where(tables.BOOKING.c.due_at <= NOW).limit(1), "booking_due"),
        (sa.select(tables.BOOKING.c.id).where(tables.BOOKING.c.action_due_at <= NOW).limit(1), "booking_action_due"),
        (sa.select(tables.HOLD.c.booking_id).where(tables.HOLD.c.check_at <= NOW).limit(1), "hold_due"),
        (IN_ANY_HOTEL.where(tables.DIRECTORY.c.token_hash == "x"), "booking_directory_token_hash_key"),
        (IN_ANY_HOTEL.where(tables.DIRECTORY.c.booking_id == "x"), "booking_directory_pkey"),
        (JOINED.where(tables.BOOKING.c.hotel == "hotel-7", tables.BOOKING.c.id == "X-4"), "booking_pkey"),
    ],
)
def test_frequent_list_queries_use_their_index(crowded: BookingsUnderTest, statement: Any, index: str) -> None:
    said = plan(crowded, statement)

    assert index in said, said
    assert "Seq Scan on booking" not in said, said
