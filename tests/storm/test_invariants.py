"""Each invariant finds a planted violation, and none is found in a sound state."""

from datetime import timedelta

import pytest

from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.views import CreatedBooking
from contracts.payments.checkout_sessions import OpenPaymentSession
from tests.storm.environment import staff
from tests.storm.payment_environment import FREE, PaymentEnvironment, guest


def confirmed(environment: PaymentEnvironment) -> CreatedBooking:
    created = environment.book(FREE)
    about = {"hotel": FREE, "booking_id": created.booking.id}
    environment.stripe.pay(environment.platform.ask(OpenPaymentSession(**about), guest(created)).session_id)
    for event in environment.undelivered():
        environment.deliver(event)
    environment.settle()
    environment.platform.ask(ApproveBooking(**about), staff(FREE))
    environment.settle()
    return created


def violated(environment: PaymentEnvironment) -> set[str]:
    return {violation.invariant for violation in environment.violations()}


BOOKINGS, PAYMENTS = "bookings", "payments"
VIOLATIONS = {
    "captured, not confirmed": (BOOKINGS, "UPDATE booking SET status = 'PENDING_APPROVAL'", {"I7"}),
    "captured for nobody": (BOOKINGS, "DELETE FROM guest; DELETE FROM booking", {"I7"}),
    "expired, money kept": (
        BOOKINGS,
        "UPDATE booking SET status = 'EXPIRED', ended_at = now()",
        {"I7", "I8"},
    ),
    "more kept than the fee": (
        BOOKINGS,
        "UPDATE booking SET status = 'CANCELLED', ended_at = now(), cancellation_fee = 100",
        {"I8"},
    ),
    "taken, not booked": (PAYMENTS, "DELETE FROM ledger WHERE kind = 'capture'", {"I10"}),
    "more taken than promised": (
        PAYMENTS,
        "UPDATE ledger SET amount = amount * 2 WHERE kind = 'capture'",
        {"I9", "I10"},
    ),
    "the payment is not its ledger": (PAYMENTS, "UPDATE payment SET captured = captured - 1", {"I10"}),
    "a charge that nobody knows": (PAYMENTS, "UPDATE ledger SET provider_id = 'ch_of_nobody'", {"I10"}),
    "a notice waits": (PAYMENTS, "UPDATE webhook SET outcome = 'STORED' WHERE outcome = 'APPLIED'", {"I11"}),
    "answered and forgotten": (PAYMENTS, "DELETE FROM webhook", {"I11"}),
}


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_violation_is_found(environment: PaymentEnvironment, violation: str) -> None:
    service, statement, invariants = VIOLATIONS[violation]
    confirmed(environment)
    assert environment.violations() == []

    environment.sql(service, statement)

    assert violated(environment) == invariants


def test_a_hold_that_an_ended_booking_has_not_let_go_of_is_found(environment: PaymentEnvironment) -> None:
    confirmed(environment)
    environment.sql(PAYMENTS, "DELETE FROM ledger WHERE kind = 'capture'")
    environment.sql(BOOKINGS, "UPDATE booking SET status = 'DECLINED', ended_at = now()")

    assert "I8" in violated(environment)


def test_a_booking_that_has_just_changed_is_not_judged(environment: PaymentEnvironment) -> None:
    created = confirmed(environment)
    environment.platform.ask(CancelBooking(hotel=FREE, booking_id=created.booking.id), guest(created))
    at_once = environment.violations(), environment.violations(older_than=timedelta(seconds=30))
    environment.settle()

    assert [violation.invariant for violation in at_once[0]] == ["I7", "I8"]
    assert at_once[1] == []
    assert environment.violations() == []
