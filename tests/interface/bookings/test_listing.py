"""The list of bookings: filters, ordering, pages, counts and rows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import ListBookings
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut
from contracts.bookings.views import GuestDetails
from contracts.values import HotelSettings, Page
from services.bookings.domain import views
from services.bookings.store import listing
from services.bookings.store.bookings import SqlBookings
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import about, awaiting
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


def test_a_row_of_the_list_is_the_row_of_the_whole_booking(hotel: BookingsUnderTest) -> None:
    listed = hotel.ask(ListBookings(hotel=HOTEL, status=tuple(BookingStatus))).results

    with hotel.engine.connect() as connection:
        whole = {row.booking_id: SqlBookings(connection).find(HOTEL, row.booking_id) for row in listed}
    assert len(listed) == 8
    for row in listed:
        booking = whole[row.booking_id]
        assert booking
        assert row == views.row(booking, now=hotel.unit_of_work.moment)


@pytest.mark.parametrize("ordering", list(listing.ORDERINGS))
def test_no_page_repeats_or_skips_bookings_with_equal_values(service: BookingsUnderTest, ordering: str) -> None:
    made = {service.book().booking.booking_id for _ in range(7)}

    pages = [
        service.ask(ListBookings(hotel=HOTEL, ordering=ordering, page=Page(page=number, page_size=2))).results
        for number in (1, 2, 3, 4)
    ]

    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert {row.booking_id for page in pages for row in page} == made


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


def test_other_hotels_are_not_listed(service: BookingsUnderTest) -> None:
    service.book()
    service.book(hotel=OTHER_HOTEL)

    assert service.ask(ListBookings(hotel=HOTEL)).count == 1
