"""The check-in date of a walk-in."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.refusal import Refusal
from contracts.bookings.views import GuestDetails
from contracts.bookings.walk_ins import AddWalkIn
from contracts.values import HotelSettings
from services.bookings.domain import walk_ins
from tests.unit.bookings.builders import HOTEL

TODAY = date(2030, 6, 10)
YESTERDAY = TODAY - timedelta(days=1)
GUEST = GuestDetails(first_name="Ada", last_name="Lovelace", email="ada@example.com")


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An hour of that day in Dublin, in summer."""
    return datetime(2030, 6, 10, hour, minute, second, tzinfo=UTC) - timedelta(hours=1)


def begins(now: datetime, check_in: date | None = None) -> date:
    command = AddWalkIn(hotel=HOTEL, room_number="101", guest=GUEST, check_in=check_in)
    return walk_ins.booking_request(command, settings=HotelSettings(), timezone="Europe/Dublin", now=now).check_in


@pytest.mark.parametrize("now", [at(0), at(2), at(11, 59), at(23, 59)])
def test_a_walk_in_begins_today_at_any_hour(now: datetime) -> None:
    assert begins(now) == begins(now, TODAY) == TODAY


def test_a_walk_in_may_begin_yesterday_until_the_cutoff_inclusive() -> None:
    assert begins(at(0), YESTERDAY) == begins(at(2), YESTERDAY) == YESTERDAY


@pytest.mark.parametrize(
    ("now", "check_in"),
    [(at(2, 0, 1), YESTERDAY), (at(0), YESTERDAY - timedelta(days=1)), (at(0), TODAY + timedelta(days=1))],
)
def test_a_walk_in_begins_on_no_other_day(now: datetime, check_in: date) -> None:
    with pytest.raises(Refusal, match="VALIDATION_ERROR"):
        begins(now, check_in)


def test_a_walk_in_without_a_check_out_date_stays_one_night() -> None:
    command = AddWalkIn(hotel=HOTEL, room_number="101", guest=GUEST)
    request = walk_ins.booking_request(command, settings=HotelSettings(), timezone="Europe/Dublin", now=at(12))

    assert (request.check_out, request.payment) == (TODAY + timedelta(days=1), "none")
