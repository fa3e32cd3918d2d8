"""The rules of a stay, in hotel-local dates."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.refusal import Refusal
from contracts.values import Stay
from services.rooms.domain import stays
from tests.unit.rooms.builders import TODAY


def code_of(first: int, nights: int) -> str | None:
    check_in = TODAY + timedelta(days=first)
    try:
        stays.check_dates(Stay(check_in, check_in + timedelta(days=nights)), today=TODAY)
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize(
    ("first", "nights", "code"),
    [
        (0, 1, None),
        (0, 365, None),
        (0, 366, "VALIDATION_ERROR"),
        (0, 0, "VALIDATION_ERROR"),
        (5, -2, "VALIDATION_ERROR"),
        (-1, 2, "VALIDATION_ERROR"),
        (729, 1, None),
        (729, 2, "BEYOND_HORIZON"),
        (730, 1, "BEYOND_HORIZON"),
    ],
)
def test_a_stay_outside_the_limits_is_refused(first: int, nights: int, code: str | None) -> None:
    assert code_of(first, nights) == code


def test_the_local_day_is_the_date_at_the_hotel() -> None:
    late_evening_in_dublin = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)

    assert stays.local_day(late_evening_in_dublin, "Europe/Dublin") == date(2026, 7, 1)
    assert stays.local_day(late_evening_in_dublin, "Asia/Tokyo") == date(2026, 7, 2)


def test_the_local_day_follows_summer_time() -> None:
    assert stays.local_day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "Europe/Dublin") == date(2026, 7, 2)
    assert stays.local_day(datetime(2026, 1, 1, 23, 30, tzinfo=UTC), "Europe/Dublin") == date(2026, 1, 1)


def test_a_party_without_an_adult_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        stays.check_party(0, 2)

    assert refused.value.errors == ({"field": "adults", "message": "must be at least 1"},)
