"""Arrivals after midnight: listed as late and let in until the guest is checked in or a no-show."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.bookings.amendments import AmendBooking
from contracts.bookings.queries import ListBookings
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.values import Money
from services.bookings.handlers.timers import apply_due_deadline
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import about, refused
from tests.unit.bookings.builders import HOTEL, NOW, a_card, a_price, held

INSTANT = timedelta(microseconds=1)
DUBLIN, TOKYO = "Europe/Dublin", "Asia/Tokyo"


def utc(*parts: int) -> datetime:
    return datetime(2030, *parts, tzinfo=UTC)


def one_night(service: BookingsUnderTest, check_in: date, zone: str = DUBLIN, **held_fields: Any) -> str:
    service.rooms.held = held(hotel=a_card(timezone=zone), **held_fields)
    service.at(NOW - timedelta(days=120))
    stay = {"check_in": check_in, "check_out": check_in + timedelta(days=1)}
    booking_id = service.booked_by_staff(**stay).booking_id
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    return booking_id


def arrivals(service: BookingsUnderTest) -> list[tuple[str, bool]]:
    listed = service.ask(ListBookings(hotel=HOTEL, bucket="arrivals", include_counts=True))
    assert listed.count == len(listed.results) == listed.counts["arrivals"]
    return [(row.booking_id, row.late) for row in listed.results]


def pass_noon(service: BookingsUnderTest, noon: datetime) -> None:
    service.at(noon - INSTANT)
    assert not service.tick(apply_due_deadline)
    service.at(noon)
    assert service.tick(apply_due_deadline)


# time zone, check-in date; midnight after it, and noon of the check-out day
NIGHTS = [
    (DUBLIN, date(2030, 6, 10), utc(6, 10, 23), utc(6, 11, 11)),
    (DUBLIN, date(2030, 3, 30), utc(3, 31, 0), utc(3, 31, 11)),  # the clocks go forward in that night
    (DUBLIN, date(2030, 10, 26), utc(10, 26, 23), utc(10, 27, 12)),  # and back
    (TOKYO, date(2030, 6, 10), utc(6, 10, 15), utc(6, 11, 3)),
]


@pytest.mark.parametrize(("zone", "check_in", "midnight", "noon"), NIGHTS)
def test_a_stay_of_one_night_is_an_arrival_until_it_is_a_no_show(
    service: BookingsUnderTest, *, zone: str, check_in: date, midnight: datetime, noon: datetime
) -> None:
    booking_id = one_night(service, check_in, zone)

    service.at(midnight - timedelta(days=1, hours=2))
    assert arrivals(service) == []
    service.at(midnight - INSTANT)
    assert arrivals(service) == [(booking_id, False)]
    service.at(midnight)
    assert arrivals(service) == [(booking_id, True)]
    service.at(noon - INSTANT)
    assert arrivals(service) == [(booking_id, True)]
    pass_noon(service, noon)
    assert arrivals(service) == []


@pytest.mark.parametrize(("zone", "check_in", "midnight", "noon"), NIGHTS)
def test_a_late_arrival_of_one_night_is_checked_in_until_the_no_show(
    service: BookingsUnderTest, *, zone: str, check_in: date, midnight: datetime, noon: datetime
) -> None:
    booking_id = one_night(service, check_in, zone)
    service.at(midnight)
    service.at(noon - timedelta(minutes=1))

    assert refused(service, CheckIn(**about(booking_id))) == "CHECKIN_TOO_LATE"
    late = service.ask(CheckIn(**about(booking_id, late_arrival=True)))

    assert (late.status, late.late) == (BookingStatus.IN_HOUSE, False)
    assert arrivals(service) == []


def test_an_expected_late_arrival_stays_an_arrival_until_its_own_wait_ends(service: BookingsUnderTest) -> None:
    booking_id = one_night(service, date(2030, 6, 10))
    service.ask(AmendBooking(**about(booking_id, late_arrival_expected=True)))

    service.at(utc(6, 11, 11))
    assert not service.tick(apply_due_deadline)
    assert arrivals(service) == [(booking_id, True)]
    pass_noon(service, utc(6, 12, 11))
    assert arrivals(service) == []


def test_a_no_show_of_one_night_in_yen_owes_the_night(service: BookingsUnderTest) -> None:
    night, nothing = Money(12000, "JPY"), Money(0, "JPY")
    price = a_price(nights=(night,), subtotal=night, discount=nothing, tax=nothing, total=night, first_night=night)
    booking_id = one_night(service, date(2030, 6, 10), TOKYO, price=price)

    pass_noon(service, utc(6, 11, 3))

    stored = service.stored(booking_id)
    assert (stored.status, stored.cancellation_fee, stored.balance_due) == ("NO_SHOW", 12000, 12000)
