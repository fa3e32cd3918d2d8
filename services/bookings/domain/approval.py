"""Decisions of staff about a booking: approval, decline, and confirmation without a card."""

from collections.abc import Sequence
from datetime import datetime

from chassis.refusal import Refusal
from contracts.bookings.approval import BookingApproved, BookingConfirmed, BookingDeclined, DeclineBooking
from contracts.bookings.events import BookingEvent
from contracts.bookings.status import BookingStatus
from contracts.values import Actor
from services.bookings.domain import money_due
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import ENDED

CARD_IN_USE = frozenset({"SESSION_OPEN", "AUTHORIZED", "CAPTURED"})


def approve(booking: Booking, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """Return `BookingApproved`, or no event if approved already. Refused `ILLEGAL_TRANSITION`, `BOOKING_ENDED`.

    Returns `BookingConfirmed` too if nothing is to be captured: the authorisation of a stay that a change has made free
    is then released.
    """
    if booking.status is BookingStatus.CONFIRMED:
        return ()
    _not_ended(booking)
    if booking.status is not BookingStatus.PENDING_APPROVAL:
        raise Refusal("ILLEGAL_TRANSITION", "This booking does not wait for approval.")
    if booking.decision_made_at:
        return ()
    if booking.approval_deadline_at and now >= booking.approval_deadline_at:
        raise Refusal("ILLEGAL_TRANSITION", "The time to decide has run out.")
    decision = approved(booking, by=by, now=now)
    if booking.needs_no_payment or _is_free(booking):
        return decision, BookingConfirmed(**booking.about, confirmed_at=now, confirmed_by=by)
    return (decision,)


def approved(booking: Booking, *, by: Actor, now: datetime) -> BookingApproved:
    """The event that approves the booking, and its authorised payment; no payment where nothing is to be captured."""
    return BookingApproved(
        **booking.about,
        payment_id="" if _is_free(booking) else booking.payment_id or "",
        decision_made_at=now,
        decision_made_by=by,
        amount=money_due.to_capture(booking) if booking.held_on_card else None,
    )


def decline(booking: Booking, command: DeclineBooking, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """Decline; a repetition returns no event. Refused `DECISION_MADE`, `ILLEGAL_TRANSITION`, `BOOKING_ENDED`."""
    if booking.status is BookingStatus.DECLINED:
        return ()
    _not_ended(booking)
    if booking.decision_made_at:
        raise Refusal("DECISION_MADE", "This booking has been approved.")
    if booking.status is not BookingStatus.PENDING_APPROVAL:
        raise Refusal("ILLEGAL_TRANSITION", "This booking does not wait for approval.")
    return (
        BookingDeclined(
            **booking.about,
            reason_code=command.reason_code or "OTHER",
            decision_made_at=now,
            decision_made_by=by,
        ),
    )


def confirm(booking: Booking, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """Confirm without a card; returns no event if confirmed already.

    Refused `CARD_BOOKING`, `BOOKING_ENDED`, and `ILLEGAL_TRANSITION` for a booking that needs only an approval.
    """
    if booking.status is BookingStatus.CONFIRMED:
        return ()
    _not_ended(booking)
    if booking.status is BookingStatus.PENDING_APPROVAL and booking.needs_no_payment:
        raise Refusal("ILLEGAL_TRANSITION", "This booking waits for approval.")
    if booking.status is BookingStatus.PENDING_APPROVAL or booking.payment_status in CARD_IN_USE:
        raise Refusal("CARD_BOOKING", "A card payment is open or authorised.")
    return (BookingConfirmed(**booking.about, confirmed_at=now, confirmed_by=by),)


def _is_free(booking: Booking) -> bool:
    """Whether nothing is to be captured of the authorised amount."""
    return booking.held_on_card and money_due.to_capture(booking).is_zero


def _not_ended(booking: Booking) -> None:
    if booking.status in ENDED:
        raise Refusal("BOOKING_ENDED", "This booking has ended.")
