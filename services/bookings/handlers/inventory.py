"""What bookings does when rooms says something, and the sweep of holds that nobody wants."""

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.bookings import BookingStatus
from contracts.rooms.events import InventoryExtended, InventoryHeld, InventoryReleased, RoomOccupied, RoomVacated
from contracts.rooms.holds import ReleaseInventory
from services.bookings.domain.booking import ActionKind, Booking
from services.bookings.handlers import actions
from services.bookings.lifecycle import CALLED_OFF
from services.bookings.work import BookingsWork

log = logs.logger(__name__)


def keep_hold(fact: InventoryHeld, work: BookingsWork) -> None:
    """Rooms has sold nights to a booking, which we may not have written down yet."""
    work.holds.keep(fact.booking_id, fact.hotel, fact.held_at)


def forget_hold(fact: InventoryReleased, work: BookingsWork) -> None:
    """Rooms has freed nights; those slept before `released_from` are nobody's to free."""
    work.holds.forget(fact.booking_id)


def hasten(fact: RoomOccupied | RoomVacated | InventoryExtended, work: BookingsWork) -> None:
    """Rooms has done its part of an action: if whoever began it does not end it now, the timer does."""
    booking = work.bookings.lock(fact.booking_id)
    if booking and booking.pending and booking.pending.id == fact.action_id:
        work.bookings.hasten_action(booking)


def sweep_holds(conversation: Conversation[BookingsWork]) -> bool:
    """Free one hold that nobody wants: its booking is a draft, has come to nothing, or was never written down."""
    with conversation.transaction() as work:
        booking_id = work.holds.take_due()
        if booking_id is None:
            return False
        booking = work.bookings.lock(booking_id)
        if not _is_orphan(booking):
            work.holds.settle(booking_id)
            return True
        if booking and booking.pending:
            return True
        if booking and booking.status is BookingStatus.DRAFT:
            booking = actions.begin(work, booking, ActionKind.RELEASE)
    try:
        _release(conversation, booking_id, booking)
    except (Unavailable, Refusal) as problem:
        log.warning("orphan_hold_waits", booking_id=booking_id, why=type(problem).__name__)
        return False
    log.info("orphan_hold_released", booking_id=booking_id)
    return True


def _release(conversation: Conversation[BookingsWork], booking_id: str, booking: Booking | None) -> None:
    """A draft may be submitted at any moment, so its hold is released as an action that shuts that out."""
    if booking and booking.pending:
        actions.carry_out(conversation, booking)
    else:
        conversation.ask(ReleaseInventory(booking_id=booking_id, unwritten=booking is None))


def _is_orphan(booking: Booking | None) -> bool:
    return booking is None or booking.status is BookingStatus.DRAFT or booking.status in CALLED_OFF
