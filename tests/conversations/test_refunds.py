"""A refund that fails at first: asks and events between the services until the refund succeeds."""

from datetime import timedelta

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.refunds import RetryRefund
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.bookings.views import BookingDetail, CreatedBooking
from contracts.payments.checkout_sessions import OpenPaymentSession, PaymentSession
from contracts.payments.webhooks import StoreWebhook
from tests.conversations.balances import about, books_agree
from tests.conversations.changes_paid_first import held
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest
from tests.conversations.stay_changes import NIGHT, booked, captured, change, equation_holds, wished

REFUND_FAILS = "4000000000005126"


def cancelled(fixture: PlatformFixture) -> CreatedBooking:
    created = fixture.book()
    fixture.pay(created, card=REFUND_FAILS)
    fixture.platform.ask(ApproveBooking(hotel=HOTEL, booking_id=created.booking.id), STAFF)
    fixture.settle()
    fixture.platform.ask(
        CancelBooking(hotel=HOTEL, booking_id=created.booking.id, reason="their child is ill", waive_fee=True), STAFF
    )
    fixture.settle()
    return created


def retry(fixture: PlatformFixture, created: CreatedBooking) -> BookingDetail:
    answer: BookingDetail = fixture.platform.ask(RetryRefund(hotel=HOTEL, booking_id=created.booking.id), STAFF)
    return answer


def paid_at_this_moment(fixture: PlatformFixture, session: PaymentSession) -> None:
    """The change is paid, its money is captured, and the timer that makes the change has not run since."""
    fixture.stripe.pay(session.session_id, card=REFUND_FAILS)
    for _ in range(10):
        fixture.stripe.wait_until_delivered()
        for body, signature in fixture.webhooks.take():
            fixture.platform.ask(StoreWebhook(body=body, signature=signature))
        fixture.platform.services["payments"].work()
        fixture.platform.deliver_events()


def test_a_failed_refund_is_pushed_retried_and_completed(fixture: PlatformFixture) -> None:
    created = cancelled(fixture)
    assert fixture.booking(created).refund_status == "FAILED"
    events = [event["event"] for event in fixture.pusher.events(channel=f"private-staff-{HOTEL}")]
    assert "refund_failed" in events
    fixture.stripe.fault("refund", starts="succeeded", times=None)

    first, again = retry(fixture, created), retry(fixture, created)
    fixture.settle()

    after = fixture.booking(created)
    total = created.booking.total_amount.amount
    assert (first.refund_status, again.version) == ("PENDING", first.version)
    assert (after.refund_status, after.payment_status) == ("SUCCEEDED", "REFUNDED")
    assert fixture.movements()[-1] == ("refund", total)
    assert [movement for movement, _ in fixture.movements()].count("refund") == 2
    with pytest.raises(Refusal, match="NO_FAILED_REFUND"):
        retry(fixture, created)


def test_a_failed_refund_of_a_shorter_stay_is_retried_and_completed(fixture: PlatformFixture) -> None:
    first = fixture.today() + timedelta(days=30)
    created = fixture.book(check_in=first, check_out=first + 3 * NIGHT)
    fixture.pay(created, card=REFUND_FAILS)
    fixture.platform.ask(ApproveBooking(hotel=HOTEL, booking_id=created.booking.id), STAFF)
    fixture.settle()
    shorter = change(fixture, created, wished(created, longer=-1))
    fixture.settle()
    assert fixture.booking(created).refund_status == "FAILED"
    fixture.stripe.fault("refund", starts="succeeded", times=None)

    first_retry, again = retry(fixture, created), retry(fixture, created)
    fixture.settle()

    assert (first_retry.refund_status, again.version) == ("PENDING", first_retry.version)
    after = fixture.booking(created)
    assert (after.status, after.refund_status, after.refund_amount) == (
        "CONFIRMED", "SUCCEEDED", created.booking.total_amount - shorter.total_amount,
    )  # fmt: skip
    assert [movement for movement, _ in fixture.movements()].count("refund") == 2  # the failed one, too
    books_agree(fixture)
    with pytest.raises(Refusal, match="NO_FAILED_REFUND"):
        retry(fixture, created)


def test_a_booking_cancelled_before_its_payment_page_opens_shows_the_status_of_its_payment(
    fixture: PlatformFixture,
) -> None:
    created = fixture.book()
    fixture.platform.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))

    fixture.platform.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    fixture.settle()

    assert fixture.booking(created).payment_status == "SESSION_EXPIRED"


def test_the_money_of_a_change_that_was_not_made_is_returned_by_a_retry(fixture: PlatformFixture) -> None:
    created = booked(fixture, nights=2)
    fixture.platform.ask(AssignRoom(**about(created), room_number="101"), STAFF)
    _, session = held(fixture, created, wished(created, longer=1))
    paid_at_this_moment(fixture, session)
    fixture.platform.advance(created.booking.check_in - fixture.today())
    fixture.platform.ask(CheckIn(**about(created)), STAFF)  # withdraws the change that was just paid
    fixture.settle()
    failed = fixture.booking(created)
    assert (failed.status, failed.refund_status, failed.pending_change) == ("IN_HOUSE", "FAILED", None)
    fixture.stripe.fault("refund", starts="succeeded", times=None)

    first, again = retry(fixture, created), retry(fixture, created)
    fixture.settle()

    assert (first.refund_status, again.version) == ("PENDING", first.version)
    after = fixture.booking(created)
    assert (after.refund_status, after.refund_amount, after.waived) == (None, None, None)
    assert captured(fixture) == created.booking.total_amount.amount
    equation_holds(fixture, created)
    books_agree(fixture)
    with pytest.raises(Refusal, match="NO_FAILED_REFUND"):
        retry(fixture, created)
