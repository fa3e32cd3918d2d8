"""Changes of a booked stay by guest and staff: nights, price, money at the provider, events, mail and page."""

from datetime import datetime, time, timedelta

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.change_previews import Settlement
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import ChangeBooking, ExpectedChange, RequestedChange
from contracts.bookings.stays import AssignRoom
from contracts.bookings.views import CreatedBooking
from contracts.rooms.stay_changes import RoomAfterChange
from contracts.values import Money
from tests.conversations import actions
from tests.conversations.balances import about, books_agree, money_agrees, published
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest
from tests.conversations.stay_changes import (
    NIGHT,
    booked,
    captured,
    change,
    other_type,
    preview,
    refusal,
    waiting,
    wished,
)
from tests.conversations.test_endings import to_local


def test_a_cheaper_stay_is_refunded_once_to_the_cent(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=3)
    total = created.booking.total_amount
    offer = preview(fixture, created, wished(created, longer=-1))

    after = change(fixture, created, wished(created, longer=-1))

    assert (offer.settlement, offer.fee.amount) == (Settlement.REFUND, 0)
    assert after.refund_amount == total - after.total_amount == offer.refund
    assert (after.refund_status, after.balance_due.amount, after.nights) == ("SUCCEEDED", 0, 2)
    assert captured(fixture) == after.total_amount.amount
    books_agree(fixture)
    money_agrees(fixture)


def test_a_dearer_stay_is_owed(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)
    total = created.booking.total_amount

    after = change(fixture, created, wished(created, longer=2))

    assert after.balance_due == after.total_amount - total
    assert captured(fixture) == total.amount
    assert published(fixture, created, "StayChanged") == ["StayChanged"]


def test_what_is_owed_falls_first_and_the_rest_is_refunded(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)
    total = created.booking.total_amount
    longer = change(fixture, created, wished(created, longer=1))

    shorter = change(fixture, created, wished(created, longer=-1))

    assert longer.balance_due.amount > 0
    assert (shorter.balance_due.amount, shorter.refund_amount) == (0, total - shorter.total_amount)
    assert captured(fixture) == shorter.total_amount.amount
    books_agree(fixture)


def test_less_is_captured_of_a_stay_that_became_cheaper_before_the_approval(fixture: PlatformFixture) -> None:
    created = waiting(fixture, nights=3)

    after = change(fixture, created, wished(created, longer=-1), guest(created), settlement=Settlement.CAPTURE_LESS)
    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
    fixture.settle()

    confirmed = fixture.booking(created)
    assert (confirmed.status, confirmed.balance_due.amount) == (BookingStatus.CONFIRMED, 0)
    assert captured(fixture) == after.total_amount.amount
    books_agree(fixture)


def test_a_stay_that_became_dearer_before_the_approval_owes_the_difference(fixture: PlatformFixture) -> None:
    created = waiting(fixture, nights=2)
    total = created.booking.total_amount

    change(fixture, created, wished(created, longer=1), guest(created))
    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
    fixture.settle()

    confirmed = fixture.booking(created)
    assert confirmed.balance_due == confirmed.total_amount - total
    assert captured(fixture) == total.amount


def past_the_free_hour(fixture: PlatformFixture, *, nights: int) -> CreatedBooking:
    """A confirmed booking on the night before its first day, whose free cancellation has ended."""
    first = fixture.today() + NIGHT
    created = fixture.book(check_in=first, check_out=first + nights * NIGHT)
    fixture.pay(created)
    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
    fixture.settle()
    to_local(fixture, datetime.combine(first, time(1)))
    return created


def test_a_change_after_the_free_hour_costs_a_fee_of_the_difference(fixture: PlatformFixture) -> None:
    created = past_the_free_hour(fixture, nights=3)

    offer = preview(fixture, created, wished(created, longer=-1))
    after = change(fixture, created, wished(created, longer=-1))

    difference = created.booking.total_amount - after.total_amount
    assert Money(0, "EUR") < offer.fee <= difference
    assert captured(fixture) == (after.total_amount + offer.fee).amount
    books_agree(fixture)


def test_moving_away_and_cancelling_is_no_way_around_the_fee(fixture: PlatformFixture) -> None:
    created = past_the_free_hour(fixture, nights=2)
    fee = fixture.booking(created).cancellation_preview

    change(fixture, created, wished(created, later=60))
    moved = fixture.booking(created).cancellation_preview

    assert fee
    assert moved
    assert fee.fee_amount.amount > 0
    assert moved.fee_amount == fee.fee_amount


def test_a_change_after_which_the_booking_is_cancelled_returns_everything_once(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=3)
    change(fixture, created, wished(created, longer=-1))

    fixture.platform.ask(CancelBooking(**about(created)), guest(created))
    fixture.settle()

    cancelled = fixture.booking(created)
    assert (cancelled.status, cancelled.refund_amount) == (BookingStatus.CANCELLED, created.booking.total_amount)
    assert captured(fixture) == 0
    books_agree(fixture)
    money_agrees(fixture)


def test_a_waived_difference_costs_nothing(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)

    after = change(fixture, created, wished(created, longer=1, waive_difference=True, reason="A broken lift."))

    assert (after.nights, after.balance_due.amount) == (3, 0)
    assert captured(fixture) == created.booking.total_amount.amount


def test_the_room_is_kept_where_it_is_free_and_given_back_where_it_is_not(fixture: PlatformFixture) -> None:
    created, other = booked(fixture, nights=2), booked(fixture, nights=4)
    fixture.platform.ask(AssignRoom(**about(created), room_number="101"), STAFF)
    fixture.platform.ask(AssignRoom(**about(other), room_number="102"), STAFF)

    longer = preview(fixture, created, wished(created, longer=1))
    after = change(fixture, created, wished(created, longer=1))
    retyped = preview(fixture, created, RequestedChange(room_type_code=other_type(fixture, created)))

    assert (longer.room, after.assigned_room_number) == (RoomAfterChange.KEPT, "101")
    assert (retyped.room, retyped.warnings) == (RoomAfterChange.FREED, ("ROOM_UNASSIGNED",))
    freed = change(fixture, created, RequestedChange(room_type_code=other_type(fixture, created)))
    assert freed.assigned_room_number is None
    assert [name for name, _ in actions.pushed(fixture, f"private-room-{HOTEL}-101")].count("booking_changed") == 2


def test_an_expectation_that_no_longer_holds_is_refused_with_the_new_preview(fixture: PlatformFixture) -> None:
    created = booked(fixture)
    wish = wished(created, longer=1)
    command = ChangeBooking(**about(created), change=wish, expected=ExpectedChange(total="1.00"))

    with pytest.raises(Refusal) as refused:
        fixture.platform.ask(command, STAFF)

    assert refused.value.code == "PRICE_CHANGED"
    assert refused.value.details["preview"]["new_total"]["amount"] > 100
    assert fixture.booking(created).nights == 3


def test_what_changes_nothing_is_no_change(fixture: PlatformFixture) -> None:
    created = booked(fixture)
    before = fixture.booking(created)

    after = fixture.platform.ask(ChangeBooking(**about(created), change=wished(created)), STAFF)

    assert after.version == before.version
    assert published(fixture, created, "StayChanged") == []


@pytest.mark.parametrize(("end", "code"), [("cancel", "BOOKING_ENDED"), ("approve", "DECISION_MADE")])
def test_what_has_ended_or_is_decided_cannot_be_changed(fixture: PlatformFixture, end: str, code: str) -> None:
    created = waiting(fixture)
    if end == "cancel":
        fixture.platform.ask(CancelBooking(**about(created)), guest(created))
    else:
        fixture.platform.ask(ApproveBooking(**about(created)), STAFF)

    offer = preview(fixture, created, wished(created, longer=1))

    assert (offer.allowed, offer.refusals[0].code) == (False, code)
    with pytest.raises(Refusal) as refused:
        fixture.platform.ask(ChangeBooking(**about(created), change=wished(created, longer=1)), STAFF)
    assert refused.value.code == code


def test_a_guest_changes_a_confirmed_booking_until_the_free_hour(fixture: PlatformFixture) -> None:
    created = booked(fixture)

    change(fixture, created, wished(created, later=1), guest(created))
    fixture.platform.advance(timedelta(days=30))

    assert refusal(fixture, created, wished(created, longer=-1), guest(created)).code == "CHANGE_NOT_ALLOWED"


def test_the_guest_is_mailed_both_versions(fixture: PlatformFixture) -> None:
    created = booked(fixture)

    after = change(fixture, created, wished(created, longer=-1))

    [mail] = [mail for mail in fixture.mailbox.messages() if "Booking changed" in mail["subject"]]
    assert str(created.booking.total_amount) in mail["text"]
    assert str(after.total_amount) in mail["text"]
