"""The end of a change that waits for its payment: not paid in time, not charged, or withdrawn by another event."""

from collections.abc import Sequence
from datetime import datetime

from contracts.bookings.balance import BalancePaymentRefused
from contracts.bookings.events import BookingCancelled, BookingEvent
from contracts.bookings.stay_changes import ChangeLapse, StayChanged, StayChangeHeld, StayChangeLapsed
from contracts.bookings.stays import BookingNoShow, GuestCheckedIn
from contracts.rooms.stay_changes import RoomAfterChange
from contracts.values import Money
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_change import PendingChange

CHANGE_LAPSED = "CHANGE_LAPSED"

_WITHDRAWN_BY: dict[type[BookingEvent], ChangeLapse] = {
    BookingCancelled: ChangeLapse.CANCELLED,
    BookingNoShow: ChangeLapse.NO_SHOW,
    GuestCheckedIn: ChangeLapse.CHECKED_IN,
    StayChanged: ChangeLapse.REPLACED,
    StayChangeHeld: ChangeLapse.REPLACED,
}


def withdrawn_by(booking: Booking, events: Sequence[BookingEvent], *, now: datetime) -> Sequence[BookingEvent]:
    """The events that end the change that waits, where one of these events withdraws it; else none."""
    change = booking.pending_change
    for event in events if change else ():
        reason = _WITHDRAWN_BY.get(type(event))
        if change and reason and getattr(event, "change_id", None) != change.id:
            return lapsed(booking, reason, now=now)
    return ()


def lapsed(booking: Booking, reason: ChangeLapse, *, now: datetime) -> Sequence[BookingEvent]:
    """Return `StayChangeLapsed`, and `BalancePaymentRefused` where a payment was accepted: its money is returned.

    No event where no change waits.
    """
    change = booking.pending_change
    if change is None:
        return ()
    lapse = StayChangeLapsed(
        **booking.about,
        change_id=change.id,
        amount=change.amount,
        reason=reason,
        lapsed_at=now,
        room_number=held_room(booking, change),
    )
    if change.payment_id is None:
        return (lapse,)
    return lapse, refused(booking, change.payment_id, change.amount, now=now)


def held_room(booking: Booking, change: PendingChange) -> str | None:
    """The number of the assigned room, where it is held for the change."""
    return booking.assigned_room_number if change.preview.room is RoomAfterChange.KEPT else None


def refused(booking: Booking, payment_id: str, amount: Money, *, now: datetime) -> BalancePaymentRefused:
    """The event by which the payments service returns a payment for a change that is not made."""
    return BalancePaymentRefused(
        **booking.about,
        payment_id=payment_id,
        amount=amount,
        balance_due=booking.zero_if_none(booking.balance_due),
        reason_code=CHANGE_LAPSED,
        refused_at=now,
    )
