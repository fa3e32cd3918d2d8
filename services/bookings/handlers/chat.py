"""Guest and staff write to each other, read, and see what they have not read."""

from dataclasses import replace

from contracts.bookings import (
    Chat,
    ChatMessage,
    ChatMessageSent,
    ChatRead,
    GetChat,
    ListChats,
    OpenChats,
    ReadChat,
    SendChatMessage,
)
from contracts.values import GUEST
from services.bookings.domain import access, chat
from services.bookings.domain.booking import Booking
from services.bookings.handlers.admission import locked, own_hotel, seen
from services.bookings.lifecycle import LIFECYCLE
from services.bookings.work import BookingsWork

OPEN = tuple(status.value for status, event, _ in LIFECYCLE if event is ChatMessageSent and status)


def send_chat_message(command: SendChatMessage, work: BookingsWork) -> ChatMessage:
    """Keep what was written; the fact says only that somebody wrote, and which side."""
    booking = locked(work, command, staff=False)
    access.may_change(booking, work.caller)
    text, by = command.text.strip(), work.caller.actor
    fact = chat.send(booking, text, caller=work.caller, now=work.now)
    message = ChatMessage(id=fact.message_id, sender=fact.sender, by=by, text=text, sent_at=work.now)
    work.record(booking, (fact,), by=by)
    work.chats.add(booking.id, booking.hotel, message)
    return message


def read_chat(command: ReadChat, work: BookingsWork) -> ChatRead:
    """Note how far the asker's side has read. No fact of the booking's life."""
    booking = _joined(work, hotel=command.hotel, booking_id=command.booking_id)
    side = chat.side_of(work.caller)
    last = work.chats.standing(booking.id, side).last
    work.chats.read(booking.id, side, min(command.up_to or last, last))
    stands = work.chats.standing(booking.id, side)
    return ChatRead(booking_id=booking.id, read_to=min(command.up_to or last, last), unread=stands.unread)


def get_chat(query: GetChat, work: BookingsWork) -> Chat:
    """A page of the chat, newest first. A guest is not told which member of staff wrote."""
    booking = _joined(work, hotel=query.hotel, booking_id=query.booking_id)
    if not chat.is_open(booking):
        return Chat(booking_id=booking.id, is_open=False)
    side = chat.side_of(work.caller)
    stands = work.chats.standing(booking.id, side, after=query.after)
    said = work.chats.messages(booking.id, side, after=query.after, page=query.page, read_by_other=stands.read_by_other)
    if work.caller.kind == "guest":
        said = tuple(message if message.by == GUEST else _nameless(message) for message in said)
    return Chat(booking_id=booking.id, is_open=True, unread=stands.unread, count=stands.count, results=said)


def list_chats(query: ListChats, work: BookingsWork) -> OpenChats:
    """The hotel's open chats, for its staff."""
    own_hotel(query.hotel, work)
    return work.chats.listed(query, OPEN)


def _joined(work: BookingsWork, *, hotel: str, booking_id: str) -> Booking:
    booking = seen(work, hotel=hotel, booking_id=booking_id)
    access.may_change(booking, work.caller)
    return booking


def _nameless(message: ChatMessage) -> ChatMessage:
    return replace(message, by=replace(message.by, id=None, name=None))
