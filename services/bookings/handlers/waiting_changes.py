"""The timer of changes that wait for their payment: each is applied once paid, or lapses."""

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import ChangeLapse
from contracts.values import SYSTEM
from services.bookings.actions.apply_change import APPLY_CHANGE
from services.bookings.domain import change_withdrawals
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import ActionKind
from services.bookings.steps import pending_actions
from services.bookings.work import BookingsWork

log = logs.logger(__name__)


def settle_due_change(conversation: Conversation[BookingsWork]) -> bool:
    """Apply one change that was paid, or have one lapse whose time to pay is over. Returns False where none is due.

    A change whose nights are gone lapses, and its money is returned.
    """
    with conversation.transaction() as work:
        booking = work.bookings.lock_change_due(work.now)
        change = booking.pending_change if booking else None
        if booking is None or change is None:
            return False
        if change.paid_at is None or booking.status is not BookingStatus.CONFIRMED:
            work.record(booking, change_withdrawals.lapsed(booking, ChangeLapse.NOT_PAID, now=work.now), by=SYSTEM)
            return True
        begun = pending_actions.begin(work, booking, ActionKind.APPLY_CHANGE, change_id=change.id)
    facts = {"booking_id": begun.id, "change_id": change.id}
    try:
        pending_actions.carry_out(conversation, APPLY_CHANGE, begun)
    except Unavailable:
        log.warning("change_waits", **facts)
        return False
    except Refusal as refusal:
        log.warning("change_not_applied", code=refusal.code, **facts)
        _lose(conversation, begun, change.id)
    return True


def _lose(conversation: Conversation[BookingsWork], begun: Booking, change_id: str) -> None:
    with conversation.transaction() as work:
        booking = work.bookings.lock(begun.hotel, begun.id)
        waiting = booking.pending_change if booking else None
        if booking and waiting and waiting.id == change_id and booking.pending is None:
            work.record(booking, change_withdrawals.lapsed(booking, ChangeLapse.NIGHTS_LOST, now=work.now), by=SYSTEM)
