"""Changes of the stay of a guest in house: longer is an extension, shorter frees the nights, and the money stays."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.bookings.change_previews import Settlement
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.stay_changes import ChangeBooking, RequestedChange
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.bookings.views import CreatedBooking
from contracts.rooms.stay_changes import RoomAfterChange
from tests.conversations.balances import about, books_agree, published, staying
from tests.conversations.conftest import STAFF, PlatformFixture, guest
from tests.conversations.stay_changes import NIGHT, booked, captured, change, preview, refusal, wished
from tests.conversations.test_endings import left_by_night


def long_stay(fixture: PlatformFixture, room: str = "101", **more: Any) -> CreatedBooking:
    """A guest in house for four nights from tonight on."""
    created = booked(fixture, check_in=fixture.today(), check_out=fixture.today() + 4 * NIGHT, **more)
    fixture.platform.ask(AssignRoom(**about(created), room_number=room), STAFF)
    fixture.platform.ask(CheckIn(**about(created)), STAFF)
    fixture.settle()
    return created


def test_longer_is_an_extension_with_the_same_price_and_event(fixture: PlatformFixture) -> None:
    created, other = staying(fixture, "101"), staying(fixture, "102")
    offer = preview(fixture, created, wished(created, longer=1))

    after = change(fixture, created, wished(created, longer=1), settlement=Settlement.OWED)
    extended = fixture.platform.ask(ExtendBooking(**about(other), add_nights=1), STAFF)

    assert (offer.allowed, offer.room, offer.fee.amount) == (True, RoomAfterChange.KEPT, 0)
    assert (after.total_amount, after.balance_due) == (extended.total_amount, extended.balance_due)
    assert after.check_out == created.booking.check_out + NIGHT
    assert published(fixture, created, "StayExtended", "StayChanged") == ["StayExtended"]


def test_a_longer_stay_in_a_room_that_is_taken_is_refused(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    leaves = created.booking.check_out
    other = booked(fixture, check_in=leaves, check_out=leaves + NIGHT)
    fixture.platform.ask(AssignRoom(**about(other), room_number="101"), STAFF)

    offer = preview(fixture, created, wished(created, longer=1))

    assert [each.code for each in offer.refusals] == ["EXTENSION_CONFLICT"]
    assert refusal(fixture, created, wished(created, longer=1)).code == "EXTENSION_CONFLICT"


@pytest.mark.parametrize("waived", [False, True])
def test_shorter_frees_the_nights_and_keeps_the_money_unless_waived(fixture: PlatformFixture, waived: bool) -> None:
    created = long_stay(fixture)
    total = created.booking.total_amount
    before = left_by_night(fixture, 4)
    waiver: dict[str, Any] = {"waive_difference": True, "reason": "The heating failed."} if waived else {}

    after = change(fixture, created, wished(created, longer=-2, **waiver))

    lower = total - after.total_amount
    assert lower.amount > 0
    assert after.change_fees == (lower - lower if waived else lower)
    assert captured(fixture) == (after.total_amount.amount if waived else total.amount)
    assert after.balance_due.amount == 0
    assert left_by_night(fixture, 4) == [before[0], before[1], before[2] + 1, before[3] + 1]
    assert after.assigned_room_number == "101"
    assert published(fixture, created, "StayChanged") == ["StayChanged"]
    books_agree(fixture)


def test_a_party_that_grows_in_house_pays_the_same(fixture: PlatformFixture) -> None:
    created = long_stay(fixture, "105", room_type="DBL")

    after = change(fixture, created, RequestedChange(adults=2))

    assert (after.adults, after.total_amount) == (2, created.booking.total_amount)
    assert refusal(fixture, created, RequestedChange(adults=50)).code == "VALIDATION_ERROR"


def test_nothing_else_changes_in_house(fixture: PlatformFixture) -> None:
    created = long_stay(fixture, "105", room_type="DBL")

    for wish in (
        wished(created, later=1),
        RequestedChange(room_type_code="SGL"),
        wished(created, longer=1, adults=2),
        wished(created, longer=1, waive_difference=True, reason="A gift."),
    ):
        assert [each.code for each in preview(fixture, created, wish).refusals] == ["BOOKING_ALREADY_CHECKED_IN"]
        assert refusal(fixture, created, wish).code == "BOOKING_ALREADY_CHECKED_IN"
    assert refusal(fixture, created, wished(created, longer=1), guest(created)).code == "CHANGE_NOT_ALLOWED"


def test_an_extension_by_the_change_route_is_repeated_without_a_second_effect(fixture: PlatformFixture) -> None:
    created = staying(fixture, "101")
    command = ChangeBooking(**about(created), change=wished(created, longer=1))

    first, again = fixture.platform.ask(command, STAFF), fixture.platform.ask(command, STAFF)

    assert (again.version, again.balance_due) == (first.version, first.balance_due)


def test_a_guest_in_house_may_leave_today_and_not_yesterday(fixture: PlatformFixture) -> None:
    created = long_stay(fixture)
    fixture.platform.advance(timedelta(days=2))

    assert refusal(fixture, created, wished(created, longer=-3)).code == "VALIDATION_ERROR"
    assert change(fixture, created, wished(created, longer=-2)).nights == 2
