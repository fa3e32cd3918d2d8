"""The desired state of payments towards a balance."""

from contracts.payments.events import PaymentPurpose
from contracts.values import SYSTEM, Money
from services.payments.domain.decide import retry
from services.payments.domain.desired_state import BookingPhase
from services.payments.domain.payment import Payment, PaymentKey
from services.payments.lifecycle import LIFECYCLE, RefundRetried
from services.payments.steps.convergence import enqueue_convergence
from services.payments.work import PaymentsWork

# The purposes of payments besides the booking's own, each of which has a desired state of its own.
LATER = (PaymentPurpose.EXTENSION, PaymentPurpose.CHANGE)


def set_desired_state(payment: PaymentKey, phase: BookingPhase, work: PaymentsWork, *, why: str, fee: int = 0) -> None:
    """Store a payment's desired state and enqueue its convergence. The hotel keeps `fee` minor units of the payment."""
    work.desired_states.put_balance_payment(payment, phase, why=why, since=work.now, fee=fee)
    enqueue_convergence(payment, why, work)


def end_all(
    hotel: str, booking_id: str, fee: Money | None, besides: Money | None, work: PaymentsWork, *, why: str
) -> None:
    """End the booking's payments towards its balance, oldest first.

    The hotel keeps two sums of these payments: the part of `fee` that the booking's own payment does not cover, and
    `besides`, which the guest owes in addition to the fee.
    """
    payments = work.payments.lock_all(hotel, booking_id)
    own = sum(payment.not_refunded for payment in payments if payment.purpose is PaymentPurpose.BOOKING)
    left = max(_minor_units(fee) - own, 0) + _minor_units(besides)
    for payment in payments:
        if payment.purpose in LATER:
            share = min(left, _not_refunded_or_approved(payment, work))
            set_desired_state(payment.key, BookingPhase.ENDED, work, why=why, fee=share)
            left -= share


def with_failed_refunds_retried(payment: Payment, work: PaymentsWork, *, why: str) -> Payment:
    """The payment, of which a refund that has failed is tried again. A payment that keeps no money stays as it is."""
    decision = retry(payment) if LIFECYCLE.allows(payment.status, RefundRetried) else None
    if decision is None:
        return payment
    work.record(payment, decision, why=why, by=SYSTEM)
    enqueue_convergence(payment.key, why, work)
    return decision.payment


def _not_refunded_or_approved(payment: Payment, work: PaymentsWork) -> int:
    """The minor units that the hotel has. An approved payment that is not captured yet counts with its whole amount."""
    approved = work.desired_states.of_payment(payment).phase is BookingPhase.APPROVED
    return payment.amount.amount if approved and not payment.captured else payment.not_refunded


def _minor_units(amount: Money | None) -> int:
    return 0 if amount is None else amount.amount
