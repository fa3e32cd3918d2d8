"""What bookings says of a booking, kept as what its money should come to; each change sets its payments going."""

from contracts.bookings import (
    BookingApproved,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingHeld,
    BookingNoShow,
    BookingPaymentFailed,
    BookingRefundRetried,
)
from contracts.message import Event
from contracts.values import Money
from services.payments.domain import Stance, Standing, retry
from services.payments.domain.owed import Pursue
from services.payments.handlers import charging
from services.payments.work import PaymentsWork

Ending = BookingDeclined | BookingExpired | BookingCancelled | BookingNoShow


def held(event: BookingHeld, work: PaymentsWork) -> None:
    """The booking may be paid."""
    work.standings.put(Standing(booking_id=event.booking_id, hotel=event.hotel, why=_name(event)), since=work.now)


def approved(event: BookingApproved, work: PaymentsWork) -> None:
    """Staff said yes: the money is to be taken."""
    standing = Standing(
        booking_id=event.booking_id,
        hotel=event.hotel,
        stance=Stance.APPROVED,
        approved_payment=event.payment_id,
        why=_name(event),
    )
    _changed(standing, work)


def confirmed(event: BookingConfirmed, work: PaymentsWork) -> None:
    """Confirmed without a card: a page that was opened meanwhile is closed, and what comes by it is given back."""
    if event.paid_at is None:
        _over(event, None, work)


def payment_failed(event: BookingPaymentFailed, work: PaymentsWork) -> None:
    """The booking waits for another payment."""
    _changed(Standing(booking_id=event.booking_id, hotel=event.hotel, why=_name(event)), work)


def ended(event: Ending, work: PaymentsWork) -> None:
    """The booking is over: nothing but the fee may be kept."""
    fee = event.fee if isinstance(event, (BookingCancelled, BookingNoShow)) else None
    besides = event.besides if isinstance(event, BookingCancelled) else None
    charging.end_all(event.booking_id, fee, besides, work, why=_name(event))
    _over(event, fee, work)


def refund_retried(event: BookingRefundRetried, work: PaymentsWork) -> None:
    """Staff have a failed refund tried again. Where none waits for that, what they want has happened meanwhile."""
    for payment_id in work.payments.ids_to_pursue(event.booking_id):
        payment = work.payments.lock(payment_id)
        decision = retry(payment) if payment else None
        if payment and decision:
            work.record(payment, decision, why=_name(event), by=event.retried_by)
            _pursue(payment_id, _name(event), work)


def _over(event: Ending | BookingConfirmed, fee: Money | None, work: PaymentsWork) -> None:
    """No card pays for this booking any more. Over once is over: a fee is then owed elsewhere."""
    if work.standings.of(event.booking_id, event.hotel).ended:
        return
    standing = Standing(
        booking_id=event.booking_id, hotel=event.hotel, stance=Stance.ENDED, fee=fee or None, why=_name(event)
    )
    _changed(standing, work)


def _changed(standing: Standing, work: PaymentsWork) -> None:
    work.standings.put(standing, since=work.now)
    for payment_id in work.payments.ids_to_pursue(standing.booking_id):
        _pursue(payment_id, standing.why, work)


def _pursue(payment_id: str, why: str, work: PaymentsWork) -> None:
    cause = work.cause.id if work.cause else work.now.isoformat()
    work.enqueue(Pursue(payment_id=payment_id, why=why), key=f"pursue:{payment_id}:{cause}")


def _name(event: Event) -> str:
    return type(event).__name__
