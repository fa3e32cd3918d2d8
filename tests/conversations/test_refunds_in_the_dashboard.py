"""Staff refund a payment in Stripe's dashboard, before, while or after the booking is called off with a fee."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import stripe

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.balance import SettleBalance
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import MarkNoShow
from contracts.bookings.views import CreatedBooking
from contracts.values import Money
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest
from tests.conversations.test_partial_captures import violations

NOTHING = Money(0, "EUR")


def confirmed(fixture: PlatformFixture) -> CreatedBooking:
    created = fixture.book()
    fixture.pay(created)
    fixture.platform.ask(ApproveBooking(hotel=HOTEL, booking_id=created.booking.id), STAFF)
    fixture.settle()
    return created


def refund_in_the_dashboard(fixture: PlatformFixture, amount: int | None = None) -> None:
    """Refund so many minor units, or all that is left; the webhooks are not delivered yet."""
    client = stripe.StripeClient("sk_test_town_1234", base_addresses={"api": fixture.stripe.url}, max_network_retries=0)
    (intent_id,) = fixture.stripe.state.store.intents
    client.v1.refunds.create({"payment_intent": intent_id} if amount is None else {
        "payment_intent": intent_id, "amount": amount,
    })  # fmt: skip


def cancel(fixture: PlatformFixture, created: CreatedBooking) -> None:
    fixture.platform.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id), guest(created))


def settled_then_refunded(fixture: PlatformFixture, created: CreatedBooking) -> None:
    cancel(fixture, created)
    fixture.settle()
    refund_in_the_dashboard(fixture)


def refunded_and_cancelled_at_once(fixture: PlatformFixture, created: CreatedBooking) -> None:
    refund_in_the_dashboard(fixture)
    cancel(fixture, created)


def refunded_then_cancelled(fixture: PlatformFixture, created: CreatedBooking) -> None:
    refund_in_the_dashboard(fixture)
    fixture.settle()
    cancel(fixture, created)


@pytest.mark.parametrize("order", [refunded_then_cancelled, refunded_and_cancelled_at_once, settled_then_refunded])
def test_a_fee_that_staff_refunded_in_the_dashboard_is_owed_at_the_desk(
    fixture: PlatformFixture, order: Callable[[PlatformFixture, CreatedBooking], None]
) -> None:
    created = confirmed(fixture)

    order(fixture, created)
    fixture.settle()

    ended = fixture.booking(created)
    assert (ended.status, ended.payment_status) == (BookingStatus.CANCELLED, "REFUNDED")
    assert NOTHING < ended.cancellation_fee == ended.balance_due
    assert violations(fixture) == []


def test_a_part_of_a_fee_that_was_refunded_is_owed_and_can_be_settled(fixture: PlatformFixture) -> None:
    created = confirmed(fixture)
    cancel(fixture, created)
    fixture.settle()

    refund_in_the_dashboard(fixture, 100)
    fixture.settle()

    assert fixture.booking(created).balance_due == Money(100, "EUR")
    assert violations(fixture) == []
    fixture.platform.ask(SettleBalance(hotel=HOTEL, booking_id=created.booking.id), STAFF)
    fixture.settle()
    assert fixture.booking(created).balance_due == NOTHING
    assert violations(fixture) == []


def test_the_fee_of_a_no_show_that_was_refunded_is_owed(fixture: PlatformFixture) -> None:
    created = confirmed(fixture)
    fixture.platform.advance(timedelta(days=2))
    fixture.platform.ask(MarkNoShow(hotel=HOTEL, booking_id=created.booking.id), STAFF)
    fixture.settle()

    refund_in_the_dashboard(fixture)
    fixture.settle()

    ended = fixture.booking(created)
    assert (ended.status, ended.payment_status) == (BookingStatus.NO_SHOW, "REFUNDED")
    assert NOTHING < ended.cancellation_fee == ended.balance_due
    assert violations(fixture) == []
