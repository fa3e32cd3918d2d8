"""Bulk check-in: checks in the guests of many bookings, each independently of the others."""

from chassis.observability import logs
from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.bulk_check_in import BookingFailed, BookingsCheckedIn, CheckInBookings
from contracts.bookings.stays import CheckIn
from services.bookings.actions.check_in import CHECK_IN, may_check_in
from services.bookings.domain import access
from services.bookings.domain.validation import invalid
from services.bookings.steps import pending_actions
from services.bookings.steps.booking_access import locked
from services.bookings.work import BookingsWork

MOST_BOOKINGS = 100

log = logs.logger(__name__)


def check_in_bookings(command: CheckInBookings, conversation: KeyedConversation[BookingsWork]) -> BookingsCheckedIn:
    """Check the guests in; returns one result for each booking.

    The whole command is refused only for a caller of another hotel or for too many bookings. Where the rooms service
    does not answer, a request with a key raises `Unavailable`, and its repetition completes what is pending. Without a
    key, that booking and those after it fail with `SERVICE_UNAVAILABLE`; the later ones are not attempted.
    """
    access.require_own_hotel(command.hotel, conversation.context.caller)
    if len(command.booking_ids) > MOST_BOOKINGS:
        raise invalid("booking_ids", f"at most {MOST_BOOKINGS} bookings")
    named = tuple(dict.fromkeys(command.booking_ids))
    arrived: list[str] = []
    failed: list[BookingFailed] = []
    for position, booking_id in enumerate(named):
        try:
            _check_in(conversation, CheckIn(hotel=command.hotel, booking_id=booking_id))
        except Refusal as refusal:
            failed.append(BookingFailed(booking_id=booking_id, code=refusal.code))
        except Unavailable:
            if conversation.claim:
                raise
            failed += [BookingFailed(booking_id=each, code="SERVICE_UNAVAILABLE") for each in named[position:]]
            break
        else:
            arrived.append(booking_id)
    log.info("bookings_checked_in", hotel=command.hotel, arrived=len(arrived), failed=len(failed))
    reply = BookingsCheckedIn(
        hotel=command.hotel, processed=len(named), checked_in_bookings=tuple(arrived), failed=tuple(failed)
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
