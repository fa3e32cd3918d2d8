"""What bookings says of a booking, kept as what its money should come to; each change sets its payments going."""

from contracts.bookings import (
    BookingApproved,
    BookingCancelled,
    BookingDeclined,
    BookingExpired,
    BookingHeld,
    BookingNoShow,
    BookingPaymentFailed,
)
from contracts.message import Event
from services.payments.domain import Stance, Standing
from services.payments.domain.owed import Pursue
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


def payment_failed(event: BookingPaymentFailed, work: PaymentsWork) -> None:
    """The booking waits for another payment."""
    _changed(Standing(booking_id=event.booking_id, hotel=event.hotel, why=_name(event)), work)


def ended(event: Ending, work: PaymentsWork) -> None:
    """The booking is over: nothing but the fee may be kept."""
    fee = event.fee if isinstance(event, (BookingCancelled, BookingNoShow)) else None
    standing = Standing(
        booking_id=event.booking_id, hotel=event.hotel, stance=Stance.ENDED, fee=fee or None, why=_name(event)
    )
    _changed(standing, work)


def _changed(standing: Standing, work: PaymentsWork) -> None:
    work.standings.put(standing, since=work.now)
    cause = work.cause.id if work.cause else work.now.isoformat()
    for payment_id in work.payments.ids_to_pursue(standing.booking_id):
        work.owe(Pursue(payment_id=payment_id, why=standing.why), key=f"pursue:{payment_id}:{cause}")


def _name(event: Event) -> str:
    return type(event).__name__
