"""The amount that the hotel keeps on a booking's cards; the rest is returned, newest payment first."""

from contracts.payments.events import PaymentPurpose, PaymentStatus
from contracts.values import Money
from services.payments.domain.desired_state import BookingPhase, DesiredState
from services.payments.domain.payment import Payment
from services.payments.lifecycle import FAILED_OR_RELEASED
from services.payments.steps.balance_payments import LATER, set_desired_state, with_failed_refunds_retried
from services.payments.work import PaymentsWork


def keep(hotel: str, booking_id: str, keeps: Money, work: PaymentsWork, *, why: str) -> None:
    """Keep so much of all the booking's payments together, of an authorisation as of a capture; return the rest.

    `keeps` is the whole amount that is kept, so that an event that comes twice, or a refund that staff made at the
    provider, returns nothing twice. A refund that failed does not hold up the one that is due now: it is tried again.
    """
    left, own = keeps.amount, 0
    for each in work.payments.lock_all(hotel, booking_id):
        payment = with_failed_refunds_retried(each, work, why=why)
        share = min(left, _available(payment, work))
        left -= share
        if payment.purpose in LATER:
            set_desired_state(payment.key, BookingPhase.ENDED, work, why=why, fee=share)
        elif payment.purpose is PaymentPurpose.BOOKING:
            own += share
    desired = DesiredState(
        booking_id=booking_id, hotel=hotel, phase=BookingPhase.ENDED, fee=Money(own, keeps.currency), why=why
    )
    work.set_desired_state(desired, converge=True)


def _available(payment: Payment, work: PaymentsWork) -> int:
    """The minor units of the payment that the hotel has, or may still capture."""
    if payment.purpose is PaymentPurpose.UNREQUESTED or payment.status in FAILED_OR_RELEASED:
        return 0
    if payment.captured:
        return _kept_so_far(payment, work) if payment.purpose is PaymentPurpose.CHANGE else payment.not_refunded
    if payment.purpose is PaymentPurpose.BOOKING:
        return payment.amount.amount if payment.status is PaymentStatus.AUTHORIZED else 0
    desired = work.desired_states.of_payment(payment)
    return payment.amount.amount if desired.phase is BookingPhase.APPROVED else 0


def _kept_so_far(payment: Payment, work: PaymentsWork) -> int:
    """The minor units that the hotel has of a payment for a change: nothing where the change was not made."""
    desired = work.desired_states.of_payment(payment)
    return desired.fee_of(payment, payment.not_refunded) if desired.ended else payment.not_refunded
