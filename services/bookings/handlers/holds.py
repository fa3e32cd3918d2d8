"""Holds of nights in the rooms service: one row for each hold, and the release of orphan holds."""

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.bookings.status import BookingStatus
from contracts.rooms.events import InventoryHeld, InventoryReleased
from contracts.rooms.holds import ReleaseInventory
from services.bookings.actions.release import RELEASE
from services.bookings.domain import pending_change
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind
from services.bookings.lifecycle import WITHOUT_NIGHTS
from services.bookings.steps import pending_actions
from services.bookings.work import BookingsWork

log = logs.logger(__name__)

# Bookings without nights that may get nights again: by a submission, or by an undone no-show.
MAY_HOLD_AGAIN = (BookingStatus.DRAFT, BookingStatus.NO_SHOW)


def store_hold(event: InventoryHeld, work: BookingsWork) -> None:
    """Store the hold, even if the hold's booking is not stored yet."""
    work.event_effects.hold(event.hotel, event.booking_id, event.held_at)


def delete_hold(event: InventoryReleased, work: BookingsWork) -> None:
    """Delete the hold, because the rooms service has released the nights that were not slept."""
    work.event_effects.release(event.hotel, event.booking_id)


def release_orphan_holds(conversation: Conversation[BookingsWork]) -> bool:
    """Release one orphan hold: a hold whose booking is a draft, was called off, or was never stored.

    The hold of a change is one where the change does not wait any more.

    One statement keeps all due holds that are needed. Returns False where no other hold is due, or the rooms service
    does not answer.
    """
    with conversation.transaction() as work:
        due = work.holds.keep_needed()
        if due is None:
            return False
        hotel, booking_id = due
        booking = work.bookings.lock(hotel, pending_change.booking_of(booking_id))
        if not work.holds.lease(hotel, booking_id):  # another process has leased it
            return True
        if not _is_orphan(booking, booking_id):
            work.holds.keep(hotel, booking_id)
            return True
        if booking and booking.id != booking_id:  # of a change that is over, whose id is never used again
            booking = None
        if booking and booking.pending:
            return True
        if booking and booking.status in MAY_HOLD_AGAIN:
            booking = pending_actions.begin(work, booking, ActionKind.RELEASE)
    try:
        _release(conversation, hotel, booking_id, booking)
    except (Unavailable, Refusal) as problem:
        log.warning("orphan_hold_waits", booking_id=booking_id, why=type(problem).__name__)
        return False
    log.info("orphan_hold_released", booking_id=booking_id)
    return True


def _release(conversation: Conversation[BookingsWork], hotel: str, booking_id: str, booking: Booking | None) -> None:
    """Release the hold. A booking that may hold nights again has a pending action meanwhile, so that it cannot."""
    if booking and booking.pending:
        pending_actions.carry_out(conversation, RELEASE, booking)
    else:
        conversation.ask(ReleaseInventory(hotel=hotel, booking_id=booking_id, unwritten=booking is None))


def _is_orphan(booking: Booking | None, hold_id: str) -> bool:
    if booking is None:
        return True
    if booking.id == hold_id:
        return booking.status in WITHOUT_NIGHTS
    return hold_id not in {each.id for each in (booking.pending_change, booking.pending) if each}
