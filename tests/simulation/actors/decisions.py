"""The front desk decides on bookings: approves, declines, confirms without a card, cancels, retries refunds."""

from __future__ import annotations

from contracts.bookings.amendments import AmendBooking, MarkSeen
from contracts.bookings.approval import ApproveBooking, ConfirmBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.guest_access import RevokeGuestToken
from contracts.bookings.refunds import RetryRefund
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingRow
from tests.simulation.actors.colleague import Colleague

CANCELLABLE_STATUSES = (
    BookingStatus.PENDING_PAYMENT, BookingStatus.PENDING_APPROVAL, BookingStatus.CONFIRMED, BookingStatus.IN_HOUSE,
)  # fmt: skip
ENDED_STATUSES = (BookingStatus.CANCELLED, BookingStatus.NO_SHOW, BookingStatus.COMPLETED)


def decide(colleague: Colleague) -> None:
    """Decide on a booking that waits."""
    if booking := colleague.a_booking(BookingStatus.PENDING_APPROVAL):
        decide_on(colleague, booking)


def decide_on(colleague: Colleague, booking: BookingRow) -> None:
    """Approve a booking, seldom decline it, sometimes with an old version in hand."""
    if colleague.chance("declines", 0.12):
        colleague.client.command(DeclineBooking(**colleague.about(booking), reason_note="A wedding party."))
    else:
        old = (1,) if colleague.chance("old version", 0.05) else None
        colleague.client.command(ApproveBooking(**colleague.about(booking)), if_match=old)


def confirm(colleague: Colleague) -> None:
    """Confirm an unpaid booking without a card."""
    if booking := colleague.a_booking(BookingStatus.PENDING_PAYMENT):
        colleague.client.command(ConfirmBooking(**colleague.about(booking)))


def cancel(colleague: Colleague) -> None:
    """Cancel a booking, with or without the fee, with or without a reason."""
    booking = colleague.a_booking(*CANCELLABLE_STATUSES)
    if booking is None:
        return
    waive, reason = colleague.chance("waives the fee", 0.4), colleague.pick("reason", ("Flooded.", ""))
    colleague.client.command(CancelBooking(**colleague.about(booking), waive_fee=waive, reason=reason))


def retry_refund(colleague: Colleague) -> None:
    """Retry the refund of a booking that has ended."""
    if booking := colleague.a_booking(*ENDED_STATUSES):
        colleague.client.command(RetryRefund(**colleague.about(booking)))


def amend(colleague: Colleague) -> None:
    """Mark a booking as seen, and change its notes or its guest's contact."""
    booking = colleague.a_booking()
    if booking is None:
        return
    colleague.client.command(MarkSeen(**colleague.about(booking)))
    about = colleague.about(booking)
    amendments = (
        AmendBooking(**about, internal_notes="Prefers the lake side."),
        AmendBooking(**about, guest_phone="+353 1 5550199"),
        AmendBooking(**about, guest_email=f"new-{booking.guest_email}"[-60:]),
        AmendBooking(**about, late_arrival_expected=True),
        AmendBooking(**about, guest_last_name=""),
    )
    colleague.client.command(colleague.pick("amendment", amendments))


def revoke_token(colleague: Colleague) -> None:
    """Revoke the token of a booking's guest, who then needs the link of the next mail."""
    if booking := colleague.a_booking():
        colleague.client.command(RevokeGuestToken(**colleague.about(booking)))
