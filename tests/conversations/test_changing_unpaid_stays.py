"""Changes of a stay that waits for its payment: nobody pays an old total, and no money is lost where somebody does."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.approval import ApproveBooking, DeclineBooking
from contracts.bookings.change_previews import Settlement
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import ChangeBooking
from contracts.bookings.views import CreatedBooking
from contracts.payments.checkout_sessions import ClosePaymentPage, PaymentSession, VerifyPayment
from tests.conversations.balances import about, books_agree, money_agrees, page, pays, status_of
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest
from tests.conversations.stay_changes import as_the_gateway_asks, captured, change, refusal, unpaid, waiting, wished
from tests.conversations.test_endings import to_local


def test_an_unpaid_booking_is_paid_with_its_new_total(fixture: PlatformFixture) -> None:
    created = unpaid(fixture)
    old = page(fixture, created)

    after = change(fixture, created, wished(created, longer=1), guest(created), settlement=Settlement.NONE)
    new = page(fixture, created)

    assert (new.session_id != old.session_id, new.amount) == (True, after.total_amount)
    pays(fixture, new)
    assert fixture.booking(created).status is BookingStatus.PENDING_APPROVAL
    assert captured(fixture) == 0


def test_the_deadline_of_the_hold_stays_through_ten_changes(fixture: PlatformFixture) -> None:
    created = unpaid(fixture)
    page(fixture, created)
    before = fixture.booking(created)

    for turn in range(10):
        after = change(fixture, created, wished(created, longer=turn % 3 + 1), guest(created))

    assert (after.expires_at, after.status, after.nights) == (before.expires_at, before.status, 3)
    pays(fixture, page(fixture, created))
    assert fixture.booking(created).status is BookingStatus.PENDING_APPROVAL
    assert fixture.movements() == [("authorise", after.total_amount.amount)]
    books_agree(fixture)


@pytest.mark.parametrize("fault", [{"kind": "fail_before", "drop": True}, {"kind": "fail_after", "drop": True}])
def test_a_change_is_not_made_while_the_provider_is_silent(fixture: PlatformFixture, fault: dict[str, Any]) -> None:
    created = unpaid(fixture)
    old = page(fixture, created)
    command = ChangeBooking(**about(created), change=wished(created, longer=1))
    fixture.stripe.fault(path="/expire$", times=None, **fault)

    with pytest.raises(Unavailable):
        as_the_gateway_asks(fixture, command, guest(created))
    assert fixture.booking(created).nights == 2
    fixture.stripe.lift_faults()
    after = as_the_gateway_asks(fixture, command, guest(created))
    fixture.settle()

    assert (after.nights, status_of(fixture, old)) == (3, "SESSION_EXPIRED")
    pays(fixture, page(fixture, created))
    assert fixture.movements() == [("authorise", after.total_amount.amount)]


def test_a_page_that_is_just_being_paid_keeps_its_stay(fixture: PlatformFixture) -> None:
    created = unpaid(fixture)
    fixture.stripe.pay(page(fixture, created).session_id)

    with pytest.raises(Refusal) as refused:
        as_the_gateway_asks(fixture, ChangeBooking(**about(created), change=wished(created, longer=1)), guest(created))
    fixture.settle()

    paid = fixture.booking(created)
    assert (refused.value.code, paid.nights, paid.status) == ("PAYMENT_UNDER_WAY", 2, BookingStatus.PENDING_APPROVAL)


def test_a_page_on_which_the_old_total_can_be_paid_must_be_closed_first(fixture: PlatformFixture) -> None:
    created = unpaid(fixture)
    page(fixture, created)

    assert refusal(fixture, created, wished(created, longer=1), guest(created)).code == "PAYMENT_PAGE_OPEN"


def test_a_page_that_was_closed_for_a_change_that_never_came_is_opened_again(fixture: PlatformFixture) -> None:
    """The gateway dies after the page is closed."""
    created = unpaid(fixture)
    old = page(fixture, created)

    closed = fixture.platform.ask(ClosePaymentPage(**about(created)), guest(created))
    fixture.settle()
    new = page(fixture, created)

    assert not closed.paid
    assert status_of(fixture, old) == "SESSION_EXPIRED"
    assert (new.amount, new.session_id != old.session_id) == (created.booking.total_amount, True)
    pays(fixture, new)
    assert fixture.booking(created).status is BookingStatus.PENDING_APPROVAL


def reopened(fixture: PlatformFixture, *, nights: int, longer: int) -> tuple[CreatedBooking, PaymentSession]:
    """The guest opens a new page with the old total after the page is closed, and before the stay changes."""
    created = unpaid(fixture, nights)
    page(fixture, created)
    fixture.platform.ask(ClosePaymentPage(**about(created)), guest(created))
    again = page(fixture, created)
    command = ChangeBooking(**about(created), change=wished(created, longer=longer), page_closed=True)
    fixture.platform.ask(command, guest(created))
    return created, again


def test_a_page_that_is_opened_just_before_the_change_is_closed_by_it(fixture: PlatformFixture) -> None:
    created, again = reopened(fixture, nights=2, longer=1)

    fixture.settle()

    assert status_of(fixture, again) == "SESSION_EXPIRED"
    pays(fixture, page(fixture, created))
    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
    fixture.settle()
    paid = fixture.booking(created)
    assert (paid.nights, paid.balance_due.amount, captured(fixture)) == (3, 0, paid.total_amount.amount)
    books_agree(fixture)


def declined(fixture: PlatformFixture, created: CreatedBooking) -> None:
    fixture.platform.ask(DeclineBooking(**about(created), reason_note="Flooded."), STAFF)


def overdue(fixture: PlatformFixture, created: CreatedBooking) -> None:
    fixture.platform.advance(timedelta(days=8))


def not_captured(fixture: PlatformFixture, created: CreatedBooking) -> None:
    fixture.stripe.fault("decline", for_good=True, decline_code="insufficient_funds")
    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)


@pytest.mark.parametrize(
    ("ends", "status"),
    [
        (declined, BookingStatus.DECLINED),
        (overdue, BookingStatus.EXPIRED),
        (not_captured, BookingStatus.PENDING_PAYMENT),
    ],
)
def test_what_a_dearer_change_has_raised_is_not_owed_where_nothing_is_captured(
    fixture: PlatformFixture, ends: Callable[[PlatformFixture, CreatedBooking], None], status: BookingStatus
) -> None:
    created = waiting(fixture)
    dearer = change(fixture, created, wished(created, longer=1))
    assert dearer.balance_due.amount > 0

    ends(fixture, created)
    fixture.settle()

    after = fixture.booking(created)
    assert (after.status, after.balance_due.amount, captured(fixture)) == (status, 0, 0)
    books_agree(fixture)


@pytest.mark.parametrize("ends", [declined, overdue])
def test_the_fee_of_a_change_ends_with_a_booking_that_is_never_approved(
    fixture: PlatformFixture, ends: Callable[[PlatformFixture, CreatedBooking], None]
) -> None:
    first = fixture.today() + timedelta(days=1)
    created = waiting(fixture, check_in=first, check_out=first + timedelta(days=3))
    to_local(fixture, datetime.combine(first, time(1)))  # the free hour is over
    fee = change(fixture, created, wished(created, longer=-2)).change_fees
    assert fee is not None
    assert fee.amount > 0

    ends(fixture, created)
    fixture.settle()

    after = fixture.booking(created)
    assert (after.change_fees, after.balance_due.amount, captured(fixture)) == (None, 0, 0)
    books_agree(fixture)


@pytest.mark.parametrize("longer", [1, -1])
def test_an_old_total_that_was_paid_all_the_same_counts_towards_the_new_one(
    fixture: PlatformFixture, longer: int
) -> None:
    """The payments service records the payment before it hears of the change."""
    created, again = reopened(fixture, nights=2, longer=longer)
    fixture.stripe.pay(again.session_id)
    query = VerifyPayment(hotel=HOTEL, booking_id=created.booking.id, session_id=again.session_id)
    fixture.platform.ask(query, guest(created))
    fixture.settle()
    assert fixture.booking(created).status is BookingStatus.PENDING_APPROVAL

    fixture.platform.ask(ApproveBooking(**about(created)), STAFF)
    fixture.settle()

    old, paid = created.booking.total_amount, fixture.booking(created)
    assert (paid.status, paid.nights) == (BookingStatus.CONFIRMED, 2 + longer)
    assert captured(fixture) == min(old, paid.total_amount).amount
    assert captured(fixture) + paid.balance_due.amount == paid.total_amount.amount
    books_agree(fixture)


def test_an_old_total_that_is_paid_while_its_page_closes_is_released(fixture: PlatformFixture) -> None:
    """The payments service hears of the change first."""
    created, again = reopened(fixture, nights=2, longer=1)
    fixture.stripe.pay(again.session_id)

    fixture.settle()

    assert fixture.booking(created).status is BookingStatus.PENDING_PAYMENT
    assert captured(fixture) == 0
    pays(fixture, page(fixture, created))
    assert fixture.booking(created).status is BookingStatus.PENDING_APPROVAL
    books_agree(fixture)
    money_agrees(fixture)
