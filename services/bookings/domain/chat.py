"""The chat between guest and staff: open from submission to the end of the booking."""

from datetime import datetime

from chassis.refusal import Refusal
from contracts.bookings.chat import ChatMessageSent, ChatSide
from contracts.bookings.status import BookingStatus
from contracts.data import Data
from contracts.fields import CHAT_MESSAGE
from contracts.values import Caller
from services.bookings.domain.booking import Booking
from services.bookings.domain.validation import refuse_if, text_errors
from services.bookings.lifecycle import LIFECYCLE


class ChatPosition(Data):
    """One side's position in a chat.

    `count` is the number of messages after a given message id, `unread` the number of all unread messages, `last` the
    id of the newest message, and `read_by_other` the id of the last message that the other side has read.
    """

    count: int
    unread: int
    last: int
    read_by_other: int


def is_open(booking: Booking) -> bool:
    """Whether messages can be sent and read: from the booking's submission until the booking ends."""
    return LIFECYCLE.allows(booking.status, ChatMessageSent)


def side_of(caller: Caller) -> ChatSide:
    """The caller's side of the chat."""
    return ChatSide.STAFF if caller.kind == "staff" else ChatSide.GUEST


def send(booking: Booking, text: str, *, caller: Caller, now: datetime) -> ChatMessageSent:
    """The event of a sent message, without the text. Refused `CHAT_CLOSED`, `VALIDATION_ERROR`."""
    refuse_if(text_errors(("text", text, CHAT_MESSAGE)), "This cannot be sent.")
    if not is_open(booking):
        ended = booking.status is not BookingStatus.DRAFT
        raise Refusal("CHAT_CLOSED", "The booking has ended." if ended else "Submit the booking first.")
    return ChatMessageSent(**booking.about, message_id=booking.version + 1, sender=side_of(caller), sent_at=now)
