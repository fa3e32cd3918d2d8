"""Which fact is an occasion to write to the guest, and under which subject. The one table of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contracts import bookings
from contracts.message import Event


def _always(_: Any) -> bool:
    return True


def _had_been_submitted(event: bookings.BookingExpired) -> bool:
    return event.reason is not bookings.ExpiryReason.DRAFT_ABANDONED


@dataclass(frozen=True)
class Mail:
    """A mail to the booking's guest. `occasion` names its template; `amounts` are the fact's sums that it mentions."""

    fact: type[Event]
    occasion: str
    subject: str
    amounts: tuple[str, ...] = ()
    when: Callable[[Any], bool] = _always


_ROWS = (
    Mail(bookings.BookingHeld, "booking_received", "Booking received - {booking_id}"),
    Mail(
        bookings.BookingAwaitsApproval,
        "payment_authorized",
        "Payment authorized — awaiting hotel confirmation ({booking_id})",
        ("amount",),
    ),
    Mail(bookings.BookingConfirmed, "booking_confirmed", "Booking Confirmed - {booking_id}"),
    Mail(bookings.BookingDeclined, "booking_declined", "Booking Update - {booking_id}"),
    Mail(bookings.BookingCancelled, "booking_cancelled", "Booking Cancelled - {booking_id}", ("fee", "refund")),
    Mail(bookings.BookingExpired, "booking_expired", "Booking Expired - {booking_id}", when=_had_been_submitted),
    Mail(bookings.BookingPaymentFailed, "payment_failed", "Payment problem - {booking_id}"),
    Mail(bookings.PaymentTurnedAway, "payment_turned_away", "Payment not taken - {booking_id}", ("amount",)),
    Mail(bookings.BookingRefunded, "refund_processed", "Refund processed - {booking_id}", ("amount",)),
    Mail(bookings.GuestCheckedIn, "welcome", "Welcome to {hotel_name}"),
    Mail(bookings.GuestCheckedOut, "thank_you", "Thank you for staying at {hotel_name}"),
)

MAILS = {row.fact: row for row in _ROWS}
SUBJECTS = {row.occasion: row.subject for row in _ROWS}
