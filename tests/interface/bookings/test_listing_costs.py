"""The list of bookings takes a constant number of statements and reads by index."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contracts.bookings.queries import ListBookings
from services.bookings.store import listing, listing_counts, listing_filters, lookups, tables
from services.bookings.store.booking_rows import IN_ANY_HOTEL, JOINED
from tests.interface.bookings.many_bookings import LISTED, with_many_bookings
from tests.interface.bookings.service_under_test import BookingsUnderTest, statements
from tests.unit.bookings.builders import HOTEL, NOW

FEW_PAGES = 2_500  # of 8 KB that a statement may touch; the bookings of the hotel fill more than twice as many
TODAY = NOW.date()
FILTERS: dict[str, dict[str, Any]] = {
    "no filter": {},
    "a frequent status": {"status": ("COMPLETED",)},
    "a rare status": {"status": ("EXPIRED",)},
    "a live status": {"status": ("PENDING_APPROVAL",)},
    "two statuses": {"status": ("CONFIRMED", "CHECKED_IN")},
    "drafts": {"status": ("DRAFT",)},
    **{bucket: {"bucket": bucket} for bucket in listing_filters.BUCKETS},
    "a bucket and another status": {"bucket": "in_house", "status": ("CONFIRMED",)},
    "from a date": {"start_date": TODAY},
    "until a date": {"end_date": TODAY},
    "until a date, a bucket": {"end_date": TODAY, "bucket": "checked_out"},
    "until a date, a bucket of today": {"end_date": TODAY + timedelta(days=9), "bucket": "arrivals"},
    "between dates": {"start_date": TODAY - timedelta(days=30), "end_date": TODAY},
    "a room": {"room_number": "107"},
    "with a room": {"has_room_assigned": True},
    "without a room": {"has_room_assigned": False},
    "a source": {"source": "staff"},
    "a source, a status and no room": {"source": "online", "status": ("CANCELLED",), "has_room_assigned": False},
    "a search": {"search": "x-1234"},
    "a search and a bucket": {"search": "x-12", "bucket": "cancelled"},
    "a search that finds a tenth": {"search": "murphy"},
}


def explained(service: BookingsUnderTest, statement: Any) -> dict[str, Any]:
    """The plan of a statement that has run."""
    with service.engine.connect() as connection:
        return _explained(connection, statement)


def _explained(connection: sa.Connection, statement: Any) -> dict[str, Any]:
    compiled = statement.compile(connection.engine, compile_kwargs={"render_postcompile": True})
    explain = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {compiled}"
    (top,) = connection.exec_driver_sql(explain, compiled.params).scalar_one()
    plan_of_statement: dict[str, Any] = top["Plan"]
    return plan_of_statement


def counted(service: BookingsUnderTest, query: ListBookings) -> dict[str, int]:
    with service.engine.connect() as connection:
        statement = listing_counts.count_statement(query)
        return dict(connection.execute(statement, listing_filters.values_of(query, NOW)).mappings().one())


def stored(service: BookingsUnderTest, query: ListBookings) -> int:
    """The length of the list, by reading its rows."""
    rows = sa.select(sa.func.count()).select_from(tables.BOOKING).join(tables.GUEST, listing_filters.GUEST_OF_BOOKING)
    with service.engine.connect() as connection:
        counting_rows = rows.where(listing.list_condition(query))
        return int(connection.execute(counting_rows, listing_filters.values_of(query, NOW)).scalar_one())


def counting(query: ListBookings) -> sa.Select[Any]:
    """The statement that counts, with its values."""
    return listing_counts.count_statement(query).params(listing_filters.values_of(query, NOW))


def page_of(query: ListBookings, *, skip: int, count: int) -> sa.Select[Any]:
    """The statement of a page of 20 rows, with its values."""
    from_end = listing.is_nearer_the_end(skip, count)
    values = listing_filters.values_of(query, NOW) | listing.bounds(20, skip, count, from_end=from_end)
    return listing.page_statement(query, from_end=from_end).params(values)


def pages_touched(service: BookingsUnderTest, query: ListBookings, *, at: float) -> int:
    """The pages of memory that a page of the list touches, which is at this part of the list."""
    count = stored(service, query)
    plan_of_page = explained(service, page_of(query, skip=int(at * max(count - 1, 0)), count=count))
    return int(plan_of_page["Shared Hit Blocks"] + plan_of_page["Shared Read Blocks"])


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_counts_equal_the_stored_rows(crowded: BookingsUnderTest, filters: dict[str, Any]) -> None:
    query = ListBookings(hotel="hotel-7", include_counts=True, **filters)
    of_bucket = {name: replace(query, bucket=name) for name in listing_filters.BUCKETS}

    assert counted(crowded, query) == {
        "count": stored(crowded, query),
        **{name: stored(crowded, one) for name, one in of_bucket.items()},
    }
    assert counted(crowded, replace(query, include_counts=False)) == {"count": stored(crowded, query)}


@pytest.mark.parametrize("column", listing.ORDERINGS)
def test_every_filter_reads_few_pages_in_every_order(crowded: BookingsUnderTest, column: str) -> None:
    touched = {
        (name, ordering): pages_touched(crowded, ListBookings(hotel="hotel-7", ordering=ordering, **filters), at=0)
        for name, filters in FILTERS.items()
        for ordering in (column, f"-{column}")
    }

    assert {at: pages for at, pages in touched.items() if pages > FEW_PAGES} == {}


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_every_count_reads_few_pages(crowded: BookingsUnderTest, filters: dict[str, Any]) -> None:
    query = ListBookings(hotel="hotel-7", include_counts=True, **filters)

    plan_of_count = explained(crowded, counting(query))

    assert plan_of_count["Shared Hit Blocks"] + plan_of_count["Shared Read Blocks"] < FEW_PAGES


def test_the_last_page_touches_as_few_pages_as_the_first(crowded: BookingsUnderTest) -> None:
    first, middle, last = (pages_touched(crowded, ListBookings(hotel="hotel-7"), at=at) for at in (0, 0.5, 1))

    assert last <= first * 1.3
    assert middle <= first * 3


MANY_OF_A_NEW_HOTEL = (
    """INSERT INTO booking SELECT (jsonb_populate_record(booking, jsonb_build_object(
        'hotel', 'hotel-new', 'id', 'N-' || n, 'confirmation_number', 'N-' || n))).*
    FROM booking, generate_series(1, 3000) AS n""",
    """INSERT INTO guest SELECT (jsonb_populate_record(guest, jsonb_build_object(
        'hotel', 'hotel-new', 'booking_id', 'N-' || n, 'token_hash', 'N-' || n))).*
    FROM guest, generate_series(1, 3000) AS n""",
)


def test_bookings_newer_than_the_statistics_are_read_by_index(service: BookingsUnderTest) -> None:
    query = ListBookings(hotel="hotel-new")
    statement = page_of(query, skip=200, count=3_000)
    service.book()

    with service.engine.connect() as connection:
        connection.execute(sa.text("ANALYZE booking, guest"))
        for filling in MANY_OF_A_NEW_HOTEL:
            connection.execute(sa.text(filling))
        plan_of_page = _explained(connection, statement)

    assert plan_of_page["Actual Rows"] == 20
    assert plan_of_page["Shared Hit Blocks"] + plan_of_page["Shared Read Blocks"] < FEW_PAGES


def test_without_its_index_an_order_reads_every_booking(crowded: BookingsUnderTest) -> None:
    query = ListBookings(hotel="hotel-7", ordering="total_amount")
    definition = crowded.row("SELECT pg_get_indexdef('booking_by_amount'::regclass) AS text").text
    crowded.rows("DROP INDEX booking_by_amount")
    try:
        assert pages_touched(crowded, query, at=0) > FEW_PAGES
    finally:
        crowded.rows(definition)


def test_a_far_page_reads_as_many_full_rows_as_the_first(crowded: BookingsUnderTest) -> None:
    query = ListBookings(hotel="hotel-7")
    count = stored(crowded, query)

    def read_whole(skip: int) -> int:
        plan_of_page = explained(crowded, page_of(query, skip=skip, count=count))
        return sum(int(node["Actual Rows"] * node["Actual Loops"]) for node in _reads(plan_of_page, "guest"))

    assert read_whole(count // 2) == read_whole(count - 20) == read_whole(0) == 20


def _reads(node: dict[str, Any], table: str) -> Iterator[dict[str, Any]]:
    if node.get("Relation Name") == table:
        yield node
    for inner in node.get("Plans", ()):
        yield from _reads(inner, table)


@pytest.mark.parametrize("filters", [{}, {"search": "ada", "bucket": "pending"}, {"include_counts": True}])
def test_a_list_takes_a_constant_number_of_statements(service: BookingsUnderTest, filters: dict[str, Any]) -> None:
    def sent() -> int:
        with statements(service.engine) as executed:
            assert service.ask(ListBookings(hotel=HOTEL, **filters)).results
        return len(executed)

    service.book()
    few = sent()
    for _ in range(12):
        service.book()

    assert (few, sent()) == (2, 2)


@pytest.fixture(scope="module")
def crowded(new_database: Callable[[str], str]) -> Iterator[BookingsUnderTest]:
    """A database with many bookings, most of one hotel, so that the planner has a choice."""
    service = with_many_bookings(new_database("bookings_crowded"), hotel="hotel-7", today=TODAY)
    yield service
    service.engine.dispose()


def plan(service: BookingsUnderTest, statement: Any) -> str:
    compiled = statement.compile(service.engine, compile_kwargs={"render_postcompile": True})
    with service.engine.connect() as connection:
        rows = connection.exec_driver_sql("EXPLAIN " + str(compiled), compiled.params).scalars()
        return "\n".join(rows)


def listed(**filters: Any) -> Any:
    return page_of(ListBookings(hotel="hotel-7", **filters), skip=0, count=LISTED)


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (listed(), "booking_newest"),
        (listed(ordering="total_amount"), "booking_by_amount"),
        (listed(ordering="-guest_name"), "guest_by_name"),
        (listed(ordering="-status"), "booking_by_status"),
        (listed(bucket="arrivals"), "booking_by_status"),
        (listed(bucket="in_house"), "booking_by_status"),
        (listed(bucket="departures"), "booking_by_"),
        (listed(status=("PENDING_APPROVAL",)), "booking_by_status"),
        (listed(start_date=date(2030, 6, 25)), "booking_by_check_in"),
        (listed(ordering="check_in"), "booking_by_check_in"),
        (listed(ordering="-check_out"), "booking_by_check_out"),
        (counting(ListBookings(hotel="hotel-7", room_number="107")), "booking_by_room"),
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


def test_queries_that_differ_in_values_share_their_statements(service: BookingsUnderTest) -> None:
    dates = {"start_date": TODAY, "end_date": TODAY}
    one = ListBookings(hotel="hotel-1", search="ada", status=("CONFIRMED",), room_number="1", source="staff", **dates)
    other = replace(one, hotel="hotel-2", search="bob", status=("EXPIRED", "DRAFT"), room_number="2", source="online")

    assert listing_filters.shape_of(one) == listing_filters.shape_of(other)
    assert len({listing_filters.shape_of(ListBookings(hotel=HOTEL, **each)) for each in FILTERS.values()}) > 18
    made = listing._counting.cache_info().misses
    for room in ("101", "102", "103"):
        service.ask(ListBookings(hotel=HOTEL, room_number=room))
    assert listing._counting.cache_info().misses <= made + 1


@pytest.mark.parametrize("search", ["%", "_", "/", "a%a", "/%"])
def test_a_search_takes_no_letter_for_a_pattern(service: BookingsUnderTest, search: str) -> None:
    service.book()

    assert service.ask(ListBookings(hotel=HOTEL, search=search)).results == ()
