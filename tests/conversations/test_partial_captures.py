"""Staff capture a part of an authorisation in Stripe's dashboard: the booking owes the rest."""

from datetime import timedelta
from typing import Any

import pytest
import stripe

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.status import BookingStatus
from contracts.payments.checkout_sessions import OpenPaymentSession
from contracts.values import Money
from hotelmate.invariants.catalogue import examine
from hotelmate.invariants.context import ExaminationContext
from tests.conversations.actions import assigned, checked_in
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest
from tests.fakes.operators import open_services


def capture_in_the_dashboard(fixture: PlatformFixture, amount: int) -> None:
    client = stripe.StripeClient("sk_test_town_1234", base_addresses={"api": fixture.stripe.url}, max_network_retries=0)
    (intent_id,) = fixture.stripe.state.store.intents
    client.v1.payment_intents.capture(intent_id, {"amount_to_capture": amount})
    fixture.settle()


def test_the_rest_of_a_partial_capture_is_owed_and_can_be_paid(fixture: PlatformFixture) -> None:
    created = fixture.book()
    total = created.booking.total_amount
    fixture.pay(created)

    capture_in_the_dashboard(fixture, 4000)
    assert fixture.booking(created).status is BookingStatus.PENDING_APPROVAL
    fixture.platform.ask(ApproveBooking(hotel=HOTEL, booking_id=created.booking.id), STAFF)
    fixture.settle()

    confirmed = fixture.booking(created)
    assert (confirmed.status, confirmed.payment_status) == (BookingStatus.CONFIRMED, "CAPTURED")
    assert confirmed.balance_due == Money(total.amount - 4000, total.currency)
    assigned(fixture, created.booking.id, "101")
    checked_in(fixture, created.booking.id)
    session = fixture.platform.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    fixture.settle()
    fixture.stripe.pay(session.session_id)
    fixture.settle()
    assert fixture.booking(created).balance_due == Money(0, total.currency)
    assert violations(fixture) == []


@pytest.mark.parametrize("nights", [1, 2])
def test_the_rest_of_a_fee_is_owed_where_staff_captured_less_before_the_cancellation(
    fixture: PlatformFixture, nights: int
) -> None:
    created = fixture.book(check_out=fixture.today() + timedelta(days=nights))
    fixture.pay(created)
    capture_in_the_dashboard(fixture, 4000)

    command = CancelBooking(hotel=HOTEL, booking_id=created.booking.id)
    cancelled = fixture.platform.ask(command, guest(created))
    fixture.settle()

    ended = fixture.booking(created)
    assert cancelled.cancellation_fee > Money(4000, "EUR")
    assert (ended.payment_status, ended.refund_amount) == ("CAPTURED", Money(0, "EUR"))
    assert ended.balance_due == cancelled.cancellation_fee - Money(4000, "EUR")
    assert violations(fixture) == []


def test_a_cancellation_keeps_the_fee_of_a_larger_partial_capture(fixture: PlatformFixture) -> None:
    created = fixture.book()
    fixture.pay(created)
    fee = fixture.booking(created).cancellation_preview.fee_amount
    capture_in_the_dashboard(fixture, fee.amount + 1000)

    fixture.platform.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    fixture.settle()

    ended = fixture.booking(created)
    assert (ended.cancellation_fee, ended.refund_amount, ended.balance_due) == (
        fee,
        Money(1000, "EUR"),
        Money(0, "EUR"),
    )
    assert violations(fixture) == []


def violations(fixture: PlatformFixture) -> list[Any]:
    with open_services(fixture.platform) as services:
        context = ExaminationContext(ask=services, older_than=timedelta(0), parked=(), journal=fixture.stripe.journal())
        return examine(context)
