"""The longest stay that a guest may quote and book; staff book up to a year."""

from datetime import date

import pytest

from contracts.rooms.settings import ChangeSettings, SettingsChange
from contracts.values import Caller, HotelSettings, Permission
from tests.interface.rooms.catalogue_asks import quoting
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, day, staff

PUBLIC = Caller()
YEAR = 365


def limited(service: RoomsUnderTest, nights: int) -> None:
    """The hotel permits guests stays of so many nights."""
    change = SettingsChange(max_public_nights=nights)
    service.ask(ChangeSettings(hotel=service.hotel, change=change), caller=staff(service, Permission.MANAGE_SETTINGS))


def test_without_the_limit_a_guest_quotes_and_holds_a_year(service: RoomsUnderTest) -> None:
    limited(service, YEAR)

    assert service.ask(quoting(service, check_out=day(YEAR)), caller=PUBLIC).nights == YEAR
    assert service.hold("BK-A", 0, YEAR, public=True)
    assert service.sold()[0] == 1


@pytest.mark.parametrize("draft", [True, False])
def test_a_guests_stay_has_at_most_thirty_nights(service: RoomsUnderTest, *, draft: bool) -> None:
    assert HotelSettings().max_public_nights == 30
    assert service.refusal(service.holding("BK-A", 0, 31, public=True, price_only=draft)).code == "STAY_TOO_LONG"
    assert service.sold()[0] == 0
    assert service.hold("BK-B", 0, 30, public=True, price_only=draft)


def test_a_guests_quote_has_at_most_thirty_nights_and_a_longer_one_stores_nothing(service: RoomsUnderTest) -> None:
    assert service.refusal(quoting(service, check_out=day(31)), caller=PUBLIC).code == "STAY_TOO_LONG"
    assert service.rows("SELECT * FROM quote WHERE hotel = :hotel", hotel=service.hotel) == []
    assert service.ask(quoting(service, check_out=day(30)), caller=PUBLIC).nights == 30


def test_staff_hold_up_to_a_year_whatever_guests_may(service: RoomsUnderTest) -> None:
    limited(service, 1)

    assert service.hold("BK-A", 0, YEAR)
    assert service.refusal(service.holding("BK-B", 0, YEAR + 1)).code == "VALIDATION_ERROR"


def test_a_hotel_may_permit_guests_one_night_only(service: RoomsUnderTest) -> None:
    limited(service, 1)

    assert service.refusal(service.holding("BK-A", 0, 2, public=True)).code == "STAY_TOO_LONG"
    assert service.hold("BK-B", 0, 1, public=True)


@pytest.mark.parametrize("nights", [0, 366])
def test_the_setting_has_bounds(service: RoomsUnderTest, nights: int) -> None:
    command = ChangeSettings(hotel=service.hotel, change=SettingsChange(max_public_nights=nights))

    refusal = service.refusal(command, caller=staff(service, Permission.MANAGE_SETTINGS))

    assert [error["field"] for error in refusal.errors] == ["max_public_nights"]


def test_the_limit_counts_nights_over_a_change_of_the_clocks(service: RoomsUnderTest) -> None:
    """The clocks change in the night to 29 March 2026: thirty nights are an hour less than thirty days."""
    limited(service, 2)
    stay = {"check_in": date(2026, 3, 28), "check_out": date(2026, 3, 30)}

    assert service.hold("BK-A", public=True, **stay)
    longer = service.holding("BK-B", public=True, **stay | {"check_out": date(2026, 3, 31)})
    assert service.refusal(longer).code == "STAY_TOO_LONG"
