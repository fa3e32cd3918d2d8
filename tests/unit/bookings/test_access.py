"""Access to a booking, and its names."""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest

from chassis.refusal import Refusal
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import InHouse
from contracts.values import Caller
from services.bookings.domain import access, booking_names, views
from services.bookings.domain.guest_tokens import GuestTokens, derived_token, hashed
from tests.unit.bookings.builders import (
    GUEST,
    HOTEL,
    NOW,
    OTHER_HOTEL,
    PUBLIC,
    STAFF,
    STRANGER,
    SYSTEM,
    TOKENS,
    a_booking,
)


def refused(caller: Caller, *, hotel: str = HOTEL, now: datetime = NOW) -> str | None:
    try:
        access.admit(a_booking(), caller, hotel=hotel, tokens=TOKENS, now=now)
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize(
    ("caller", "hotel", "code"),
    [
        (STAFF, HOTEL, None),
        (STAFF, OTHER_HOTEL, "BOOKING_NOT_FOUND"),
        (STRANGER, OTHER_HOTEL, "BOOKING_NOT_FOUND"),
        (STRANGER, HOTEL, "BOOKING_NOT_FOUND"),
        (GUEST, HOTEL, None),
        (GUEST, OTHER_HOTEL, "BOOKING_NOT_FOUND"),
        (Caller(kind="guest", guest_token="other"), HOTEL, "INVALID_TOKEN"),
        (Caller(kind="guest"), HOTEL, "INVALID_TOKEN"),
        (PUBLIC, HOTEL, "INVALID_TOKEN"),
        (SYSTEM, HOTEL, None),
    ],
)
def test_a_booking_admits_its_guest_its_hotels_staff_and_services(caller: Caller, hotel: str, code: str | None) -> None:
    assert refused(caller, hotel=hotel) == code


def test_a_token_is_valid_until_thirty_days_after_check_out() -> None:
    ends = datetime(2030, 6, 12, 23, 0, tzinfo=UTC) + timedelta(days=30)

    assert refused(GUEST, now=ends - timedelta(seconds=1)) is None
    assert refused(GUEST, now=ends) == "INVALID_TOKEN"


def test_the_token_of_an_ended_booking_expires_thirty_days_after_its_end() -> None:
    booking = a_booking(status=BookingStatus.CANCELLED, ended_at=NOW)

    assert access.is_read_only(booking)
    assert access.token_ends_at(booking) == NOW + timedelta(days=30)


def test_a_token_depends_on_key_booking_and_generation() -> None:
    tokens = {
        derived_token("key", "BK-1", 1),
        derived_token("other", "BK-1", 1),
        derived_token("key", "BK-2", 1),
        derived_token("key", "BK-1", 2),
    }

    assert len(tokens) == 4
    assert derived_token("key", "BK-1", 1) in tokens
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)


def test_a_token_of_each_key_in_the_list_is_valid() -> None:
    before, after, removed = GuestTokens(("old",)), GuestTokens(("new", "old")), GuestTokens(("new",))
    token = before.new("BK-1", 1)

    assert after.verifies(token, "BK-1", 1)
    assert after.new("BK-1", 1) == removed.new("BK-1", 1) != token
    assert after.stored("BK-1", 1, hashed(token)) == token
    assert not removed.verifies(token, "BK-1", 1)
    assert not after.verifies(token, "BK-1", 2)
    assert not after.verifies(token, "BK-2", 1)
    assert "old" not in repr(after)


def test_booking_names_are_drawn_from_unambiguous_letters() -> None:
    choose = random.Random(7).choice

    assert re.fullmatch(r"BK-2030-[2-9A-HJ-NP-Z]{8}", booking_names.booking_id(2030, choose))
    assert re.fullmatch(r"KIL-2030-[2-9A-HJ-NP-Z]{8}", booking_names.confirmation_number("KIL", 2030, choose))
    assert not set("01OIL") & set(booking_names.ALPHABET)


@pytest.mark.parametrize(
    ("now", "year"),
    [
        (datetime(2030, 6, 1, tzinfo=UTC), 2030),
        (datetime(2030, 12, 31, 9, 59, tzinfo=UTC), 2030),
        (datetime(2030, 12, 31, 10, 0, tzinfo=UTC), None),
        (datetime(2031, 1, 1, 11, 59, tzinfo=UTC), None),
        (datetime(2031, 1, 1, 12, 0, tzinfo=UTC), 2031),
    ],
)
def test_the_year_differs_between_hotels_around_new_year_only(now: datetime, year: int | None) -> None:
    assert booking_names.year_everywhere(now) == year


def test_pin_and_wifi_are_for_the_guest_in_house_and_the_front_desk() -> None:
    secrets = InHouse(wifi_ssid="s", wifi_password="p", room_pin="1234")
    in_house = a_booking(status=BookingStatus.IN_HOUSE, in_house=secrets)
    cleaner = Caller(kind="staff", hotel=HOTEL)

    assert views.secrets_for(in_house, GUEST) == secrets
    assert views.secrets_for(in_house, STAFF) == secrets
    assert views.secrets_for(in_house, cleaner) is None
    assert views.secrets_for(in_house, SYSTEM) is None
    assert views.secrets_for(a_booking(in_house=secrets), GUEST) is None
