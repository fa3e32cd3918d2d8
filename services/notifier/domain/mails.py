"""The table of mails: the occasion and the subject line for each event that causes a mail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contracts.bookings.approval import BookingAwaitsApproval, BookingConfirmed, BookingDeclined
from contracts.bookings.events import (
    BookingCancelled,
    BookingExpired,
    BookingHeld,
    BookingPaymentFailed,
    MailedEvent,
    PaymentTurnedAway,
)
from contracts.bookings.guest_access import GuestTokenRevoked
from contracts.bookings.refunds import BookingRefunded
from contracts.bookings.status import BookingStatus, ExpiryReason
from contracts.bookings.stay_changes import ChangeLapse, StayChanged, StayChangeLapsed
from contracts.bookings.stays import GuestCheckedIn, GuestCheckedOut
from contracts.message import Event


def _always(_: Any) -> bool:
    return True


def _was_submitted(event: BookingExpired) -> bool:
    return event.reason is not ExpiryReason.DRAFT_ABANDONED


def _is_no_draft(event: StayChanged) -> bool:
    return event.status is not BookingStatus.DRAFT


def _was_not_paid(event: StayChangeLapsed) -> bool:
    return event.reason in (ChangeLapse.NOT_PAID, ChangeLapse.PAYMENT_FAILED, ChangeLapse.NIGHTS_LOST)


def _address_was_corrected(event: GuestTokenRevoked) -> bool:
    return event.address_corrected


@dataclass(frozen=True)
class MailRule:
    """A mail to the booking's guest. `occasion` names the template.

    `amounts` are the amounts that its text shows; an amount that is None in the event is left out. `days` are the dates
    of the event that its text shows, and `texts` its further fields.
    """

    event: type[MailedEvent]
    occasion: str
    subject: str
    amounts: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    when: Callable[[Any], bool] = _always


_ROWS = (
    MailRule(BookingHeld, "booking_received", "Booking received - {booking_id}"),
    MailRule(
        BookingAwaitsApproval,
        "payment_authorized",
        "Payment authorized — awaiting hotel confirmation ({booking_id})",
        ("amount",),
    ),
    MailRule(BookingConfirmed, "booking_confirmed", "Booking Confirmed - {booking_id}", ("captured",)),
    MailRule(BookingDeclined, "booking_declined", "Booking Update - {booking_id}"),
    MailRule(BookingCancelled, "booking_cancelled", "Booking Cancelled - {booking_id}", ("fee", "refund")),
    MailRule(
        StayChanged,
        "booking_changed",
        "Booking changed - {booking_id}",
        ("total", "previous_total", "fee", "refund", "refund_at_desk", "balance_due"),
        ("check_in", "check_out", "previous_check_in", "previous_check_out"),
        ("adults", "children", "previous_room_type_name", "previous_adults", "previous_children"),
        when=_is_no_draft,
    ),
    MailRule(
        StayChangeLapsed,
        "change_not_paid",
        "Change not paid - {booking_id}",
        ("amount",),
        texts=("reason",),
        when=_was_not_paid,
    ),
    MailRule(BookingExpired, "booking_expired", "Booking Expired - {booking_id}", when=_was_submitted),
    MailRule(BookingPaymentFailed, "payment_failed", "Payment problem - {booking_id}"),
    MailRule(PaymentTurnedAway, "payment_turned_away", "Payment not taken - {booking_id}", ("amount",)),
    MailRule(BookingRefunded, "refund_processed", "Refund processed - {booking_id}", ("amount",)),
    MailRule(GuestTokenRevoked, "new_link", "Your booking - {booking_id}", when=_address_was_corrected),
    MailRule(GuestCheckedIn, "welcome", "Welcome to {hotel_name}"),
    MailRule(GuestCheckedOut, "thank_you", "Thank you for staying at {hotel_name}"),
)

MAILS: dict[type[Event], MailRule] = {row.event: row for row in _ROWS}
SUBJECTS = {row.occasion: row.subject for row in _ROWS}
