"""The chat between guest and staff: open for as long as the booking lives, and then only in its timeline."""

from datetime import datetime

from chassis.refusal import Refusal
from contracts.bookings import BookingStatus, ChatMessageSent, ChatSide
from contracts.values import Caller
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import LIFECYCLE

LONGEST_MESSAGE = 2000


def is_open(booking: Booking) -> bool:
    """Whether there is a chat: from the booking's submission to its end."""
    return LIFECYCLE.allows(booking.status, ChatMessageSent)


def side_of(caller: Caller) -> ChatSide:
    """On which side the caller writes and reads."""
    return ChatSide.STAFF if caller.kind == "staff" else ChatSide.GUEST


def send(booking: Booking, text: str, *, caller: Caller, now: datetime) -> ChatMessageSent:
    """The fact that one side wrote. Refused `CHAT_CLOSED`, `VALIDATION_ERROR`."""
    if not 1 <= len(text) <= LONGEST_MESSAGE:
        wrong = {"field": "text", "message": f"must have 1 to {LONGEST_MESSAGE} characters"}
        raise Refusal("VALIDATION_ERROR", "This cannot be sent.", errors=[wrong])
    if not is_open(booking):
        ended = booking.status is not BookingStatus.DRAFT
        raise Refusal("CHAT_CLOSED", "The booking has ended." if ended else "Submit the booking first.")
    return ChatMessageSent(
        booking_id=booking.id,
        hotel=booking.hotel,
        message_id=booking.version + 1,
        sender=side_of(caller),
        sent_at=now,
    )
