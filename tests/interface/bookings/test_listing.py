"""The booking list: filters, buckets, orderings and counts, by statements and index."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from chassis.settings import with_driver
from chassis.transactions.migrate import migrate
from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import ListBookings
from contracts.bookings.status import BookingSource
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut
from contracts.bookings.views import GuestDetails
from contracts.values import HotelSettings, Page
from services.bookings.store import listing, tables
from tests.interface.bookings.service_under_test import BookingsUnderTest, statements
from tests.interface.bookings.test_lifecycle import about, awaiting
from tests.unit.bookings.builders import HOTEL, NOW, OTHER_HOTEL, a_card, a_price, eur, held

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)


def named(name: str) -> GuestDetails:
    first, last = name.split()
    return GuestDetails(first_name=first, last_name=last, email=f"{first.lower()}@example.com")


def guest_names(service: BookingsUnderTest, **filters: Any) -> list[str]:
    listed = service.ask(ListBookings(hotel=HOTEL, **filters))
    assert listed.count >= len(listed.results)
    return [row.guest_name for row in listed.results]


@pytest.fixture
def hotel(service: BookingsUnderTest) -> BookingsUnderTest:
    """One guest in each situation, on the day that NOW is in Dublin."""
    service.rooms.held = held(settings=HotelSettings(early_checkin_from="00:00"))
    stays = {"check_in": TODAY, "check_out": TOMORROW}

    def confirmed(name: str, **stay: date) -> str:
        return service.booked_by_staff(guest=named(name), **stays | stay).booking_id

    def lives(name: str, **stay: date) -> str:
        booking_id = confirmed(name, **stay)
        service.ask(AssignRoom(**about(booking_id, room_number=str(100 + len(service.rooms.rooms)))))
        service.ask(CheckIn(**about(booking_id)))
        return booking_id

    service.at(NOW - timedelta(days=1))
    lives("Dora Departing", check_in=TODAY - timedelta(days=1), check_out=TODAY)
    service.at(NOW)
    service.book(guest=named("Una Unpaid"))
    service.pass_time(seconds=1)
    confirmed("Arno Arriving")
    service.pass_time(seconds=1)
    confirmed("Lena Later", check_in=TOMORROW, check_out=TOMORROW + timedelta(days=2))
    service.pass_time(seconds=1)
    lives("Ines Inhouse")
    service.ask(CheckOut(**about(lives("Cleo Completed"))))
    service.ask(CancelBooking(**about(confirmed("Carl Cancelled"))))
    service.pass_time(seconds=1)
    service.book(guest=named("Dirk Draft"), draft=True)
    return service


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"bucket": "arrivals"}, {"Arno Arriving"}),
        ({"bucket": "in_house"}, {"Dora Departing", "Ines Inhouse"}),
        ({"bucket": "departures"}, {"Dora Departing"}),
        ({"bucket": "pending"}, {"Una Unpaid"}),
        ({"bucket": "checked_out"}, {"Cleo Completed"}),
        ({"bucket": "cancelled"}, {"Carl Cancelled"}),
        ({"bucket": "expired"}, set()),
        ({"bucket": "no_show"}, set()),
        ({"bucket": "overdue_checkout"}, {"Dora Departing"}),
        ({"status": ("CHECKED_IN",)}, {"Dora Departing", "Ines Inhouse"}),
        ({"status": ("CHECKED_OUT", "CANCELLED")}, {"Cleo Completed", "Carl Cancelled"}),
        ({"status": ("DRAFT",)}, {"Dirk Draft"}),
        ({"start_date": TOMORROW}, {"Lena Later", "Una Unpaid"}),
        ({"end_date": TODAY}, {"Dora Departing"}),
        ({"search": "ino"}, set()),
        ({"search": "LENA"}, {"Lena Later"}),
        ({"search": "una@example"}, {"Una Unpaid"}),
        ({"search": "a%a"}, set()),
        ({"room_number": "100"}, {"Dora Departing"}),
        ({"has_room_assigned": False}, {"Una Unpaid", "Arno Arriving", "Lena Later", "Carl Cancelled"}),
        ({"start_date": TODAY, "end_date": TOMORROW, "room_number": "101"}, {"Ines Inhouse"}),
        ({"bucket": "in_house", "search": "ines"}, {"Ines Inhouse"}),
        ({"bucket": "in_house", "status": ("CONFIRMED",)}, set()),
        ({"has_room_assigned": True}, {"Dora Departing", "Ines Inhouse", "Cleo Completed"}),
        ({"source": "online"}, {"Una Unpaid"}),
        ({"source": "staff", "status": ("CONFIRMED",)}, {"Arno Arriving", "Lena Later"}),
    ],
)
def test_bookings_are_filtered(hotel: BookingsUnderTest, filters: dict[str, Any], names: set[str]) -> None:
    hotel.at(datetime.combine(TODAY, datetime.min.time(), UTC) + timedelta(hours=10, minutes=1))

    assert set(guest_names(hotel, **filters)) == names


def test_a_search_finds_a_booking_by_a_part_of_its_id(hotel: BookingsUnderTest) -> None:
    row = hotel.ask(ListBookings(hotel=HOTEL, search="lena")).results[0]

    assert guest_names(hotel, search=row.booking_id[-6:].lower()) == ["Lena Later"]
    assert guest_names(hotel, search=row.confirmation_number) == ["Lena Later"]


@pytest.mark.parametrize(
    ("ordering", "first"),
    [
        ("guest_name", "Arno Arriving"),
        ("-guest_name", "Una Unpaid"),
        ("check_in", "Dora Departing"),
        ("-check_in", "Una Unpaid"),
        ("check_out", "Dora Departing"),
        ("created_at", "Dora Departing"),
        ("-check_out", "Una Unpaid"),
        ("status", "Carl Cancelled"),
        ("-status", "Una Unpaid"),
    ],
)
def test_bookings_are_ordered(hotel: BookingsUnderTest, ordering: str, first: str) -> None:
    assert guest_names(hotel, ordering=ordering)[0] == first


def test_amounts_are_ordered_as_numbers(service: BookingsUnderTest) -> None:
    for total, name in ((1_000_000, "Mona Million"), (900, "Nina Nine"), (20_000, "Tina Two")):
        service.rooms.held = held(price=a_price(total=eur(total)))
        service.book(guest=named(name))

    assert guest_names(service, ordering="total_amount") == ["Nina Nine", "Tina Two", "Mona Million"]
    assert guest_names(service, ordering="-total_amount") == ["Mona Million", "Tina Two", "Nina Nine"]


@pytest.mark.parametrize("ordering", list(listing.ORDERINGS))
def test_no_page_repeats_or_skips_bookings_with_equal_values(service: BookingsUnderTest, ordering: str) -> None:
    made = {service.book().booking.booking_id for _ in range(7)}

    pages = [
        service.ask(ListBookings(hotel=HOTEL, ordering=ordering, page=Page(page=number, page_size=2))).results
        for number in (1, 2, 3, 4)
    ]

    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert {row.booking_id for page in pages for row in page} == made


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


def test_bookings_are_paged_newest_first_without_drafts(hotel: BookingsUnderTest) -> None:
    whole = guest_names(hotel)
    pages = [guest_names(hotel, page=Page(page=number, page_size=3)) for number in (1, 2, 3, 4)]

    assert "Dirk Draft" not in whole
    assert whole[-1] == "Dora Departing"
    assert [name for page in pages for name in page] == whole
    assert pages[3] == []


def test_counts_have_the_same_filters_for_every_bucket(hotel: BookingsUnderTest) -> None:
    listed = hotel.ask(ListBookings(hotel=HOTEL, source="staff", bucket="arrivals", include_counts=True))

    assert listed.count == 1
    assert listed.counts == {
        "arrivals": 1, "in_house": 2, "departures": 1, "pending": 0, "checked_out": 1, "cancelled": 1,
        "expired": 0, "no_show": 0, "overdue_checkout": 1,
    }  # fmt: skip
    assert hotel.ask(ListBookings(hotel=HOTEL, search="una", include_counts=True)).counts["pending"] == 1


def test_an_unknown_filter_or_ordering_is_refused(hotel: BookingsUnderTest) -> None:
    for filters, code in (
        ({"status": ("GONE",)}, "INVALID_FILTER"),
        ({"source": "fax"}, "INVALID_FILTER"),
        ({"bucket": "all"}, "INVALID_FILTER"),
        ({"page": Page(page=0)}, "INVALID_FILTER"),
        ({"page": Page(page_size=101)}, "INVALID_FILTER"),
        ({"ordering": "guest"}, "INVALID_ORDERING"),
        ({"ordering": "--check_in"}, "INVALID_ORDERING"),
    ):
        with pytest.raises(Refusal) as caught:
            hotel.ask(ListBookings(hotel=HOTEL, **filters))
        assert caught.value.code == code


def test_a_row_has_the_fields_of_the_board(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)
    service.pass_time(minutes=25)

    (row,) = service.ask(ListBookings(hotel=HOTEL)).results

    assert (row.id, row.booking_id, row.hotel_name, row.nights) == (booking_id, booking_id, "Hotel Killarney", 3)
    assert (row.approval_risk, row.source, row.is_new_for_staff) == ("DUE_SOON", BookingSource.ONLINE, True)
    assert row.checkout_deadline_at == datetime(2030, 6, 13, 10, 0, tzinfo=UTC)


def test_the_day_of_the_buckets_is_hotel_local(service: BookingsUnderTest) -> None:
    """At 20:00 UTC it is tomorrow in Tokyo."""
    service.at(datetime(2030, 6, 1, 20, 0, tzinfo=UTC))
    service.rooms.held = held(hotel=a_card(timezone="Asia/Tokyo"))
    service.booked_by_staff(check_in=date(2030, 6, 2), check_out=date(2030, 6, 3))

    assert guest_names(service, bucket="arrivals") == ["Ada Lovelace"]


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
        INSERT INTO guest SELECT id, hotel, 'Guest', id, lower(id) || '@example.com', '', id, 1,
        lower('guest ' || id || ' ' || id || '@example.com') FROM booking WHERE id LIKE 'X-%'
        """
    )
    service.rows("INSERT INTO hold SELECT id, hotel, created_at, NULL FROM booking")
    with service.unit_of_work.reading.connect() as autocommitting:
        autocommitting.execute(sa.text("VACUUM ANALYZE booking, guest, hold"))
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
        (sa.select(tables.BOOKING.c.id).where(tables.BOOKING.c.due_at <= NOW).limit(1), "booking_due"),
        (sa.select(tables.BOOKING.c.id).where(tables.BOOKING.c.action_due_at <= NOW).limit(1), "booking_action_due"),
        (sa.select(tables.HOLD.c.booking_id).where(tables.HOLD.c.check_at <= NOW).limit(1), "hold_due"),
        (sa.select(tables.GUEST.c.hotel).where(tables.GUEST.c.token_hash == "x"), "guest_token_hash_key"),
    ],
)
def test_frequent_list_queries_use_their_index(crowded: BookingsUnderTest, statement: Any, index: str) -> None:
    said = plan(crowded, statement)

    assert index in said, said
    assert "Seq Scan on booking" not in said, said


def test_other_hotels_are_not_listed(service: BookingsUnderTest) -> None:
    service.book()
    service.book(hotel=OTHER_HOTEL)

    assert service.ask(ListBookings(hotel=HOTEL)).count == 1
