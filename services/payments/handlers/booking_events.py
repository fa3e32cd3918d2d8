"""Handlers of booking events: each stores the desired state of the booking's payments and enqueues convergence."""

from contracts.bookings.approval import BookingApproved, BookingConfirmed, BookingDeclined
from contracts.bookings.events import BookingCancelled, BookingExpired, BookingHeld, BookingPaymentFailed
from contracts.bookings.refunds import BookingRefundRetried
from contracts.bookings.stays import BookingNoShow
from contracts.message import Event
from contracts.values import Money
from services.payments.domain.decide import retry
from services.payments.domain.desired_state import BookingPhase, DesiredState
from services.payments.steps import balance_payments
from services.payments.steps.convergence import enqueue_convergence
from services.payments.work import PaymentsWork

EndingEvent = BookingDeclined | BookingExpired | BookingCancelled | BookingNoShow


def held(event: BookingHeld, work: PaymentsWork) -> None:
    """Store that the booking's payments are in phase `LIVE`: the booking may be paid."""
    desired = DesiredState(booking_id=event.booking_id, hotel=event.hotel, why=_name(event))
    work.desired_states.put_booking(desired, since=work.now)


def approved(event: BookingApproved, work: PaymentsWork) -> None:
    """Store that the payment that staff approved is to be captured."""
    desired = DesiredState(
        booking_id=event.booking_id,
        hotel=event.hotel,
        phase=BookingPhase.APPROVED,
        approved_payment=event.payment_id,
        why=_name(event),
    )
    _put(desired, work)


def confirmed(event: BookingConfirmed, work: PaymentsWork) -> None:
    """For a booking that is confirmed without a card: close its checkout session, and return any money paid on it."""
    if event.paid_at is None:
        _end(event, None, work)


def payment_failed(event: BookingPaymentFailed, work: PaymentsWork) -> None:
    """Store that the booking may be paid again after a failed payment."""
    _put(DesiredState(booking_id=event.booking_id, hotel=event.hotel, why=_name(event)), work)


def ended(event: EndingEvent, work: PaymentsWork) -> None:
    """End the payments of a booking that has ended; the hotel keeps only the fee and other sums that the guest owes."""
    fee = event.fee if isinstance(event, (BookingCancelled, BookingNoShow)) else None
    besides = event.besides if isinstance(event, BookingCancelled) else None
    balance_payments.end_all(event.booking_id, fee, besides, work, why=_name(event))
    _end(event, fee, work)


def refund_retried(event: BookingRefundRetried, work: PaymentsWork) -> None:
    """Retry the booking's failed refunds at the request of staff. A payment without one is left unchanged."""
    for payment_id in work.payments.ids_to_converge(event.booking_id):
        payment = work.payments.lock(payment_id)
        decision = retry(payment) if payment else None
        if payment and decision:
            work.record(payment, decision, why=_name(event), by=event.retried_by)
            enqueue_convergence(payment_id, _name(event), work)


def _end(event: EndingEvent | BookingConfirmed, fee: Money | None, work: PaymentsWork) -> None:
    """End the booking's own payment.

    Only the first end takes effect, so that no later fee is taken from the payment.
    """
    if work.desired_states.of_booking(event.booking_id, event.hotel).ended:
        return
    desired = DesiredState(
        booking_id=event.booking_id, hotel=event.hotel, phase=BookingPhase.ENDED, fee=fee or None, why=_name(event)
    )
    _put(desired, work)


def _put(desired: DesiredState, work: PaymentsWork) -> None:
    work.desired_states.put_booking(desired, since=work.now)
    for payment_id in work.payments.ids_to_converge(desired.booking_id):
        enqueue_convergence(payment_id, desired.why, work)


def _name(event: Event) -> str:
    return type(event).__name__
