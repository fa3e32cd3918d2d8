"""Bulk check-in: checks in the guests of many bookings, each independently of the others."""

from chassis.observability import logs
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.bulk_check_in import BookingFailed, BookingsCheckedIn, CheckInBookings
from contracts.bookings.stays import CheckIn
from services.bookings.actions.check_in import CHECK_IN, may_check_in
from services.bookings.domain import access
from services.bookings.domain.validation import invalid
from services.bookings.steps import pending_actions
from services.bookings.steps.booking_access import locked
from services.bookings.steps.bulk import attempt_each
from services.bookings.work import BookingsWork

MOST_BOOKINGS = 100

log = logs.logger(__name__)


def check_in_bookings(command: CheckInBookings, conversation: KeyedConversation[BookingsWork]) -> BookingsCheckedIn:
    """Check the guests in; returns one result for each booking.

    The whole command is refused only for a caller of another hotel or for too many bookings. Raises `Unavailable` as
    `attempt_each` does.
    """
    access.require_own_hotel(command.hotel, conversation.context.caller)
    if len(command.booking_ids) > MOST_BOOKINGS:
        raise invalid("booking_ids", f"at most {MOST_BOOKINGS} bookings")
    named = tuple(dict.fromkeys(command.booking_ids))
    arrived, failed = attempt_each(
        conversation,
        named,
        lambda booking_id: _check_in(conversation, CheckIn(hotel=command.hotel, booking_id=booking_id)),
    )
    log.info("bookings_checked_in", hotel=command.hotel, arrived=len(arrived), failed=len(failed))
    reply = BookingsCheckedIn(
        hotel=command.hotel,
        processed=len(named),
        checked_in_bookings=tuple(booking_id for booking_id, _ in arrived),
        failed=tuple(BookingFailed(booking_id=booking_id, code=code) for booking_id, code in failed),
    )
    with conversation.transaction() as work:
        conversation.finish(work, reply)
    return reply


def _check_in(conversation: KeyedConversation[BookingsWork], command: CheckIn) -> None:
    """Check one guest in. A repetition of the request completes the check-in that the request began."""
    with conversation.transaction() as work:
        booking = locked(work, command)
        pending = pending_actions.interrupted(conversation, work, booking, CHECK_IN)
        if pending is None:
            if not may_check_in(booking, command, caller=work.caller, now=work.now):
                return
            pending = pending_actions.begin(work, booking, CHECK_IN.kind)
    pending_actions.completed(conversation, CHECK_IN, pending)
