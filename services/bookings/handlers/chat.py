"""The chat between a guest and the hotel's staff."""

from dataclasses import replace

from contracts.bookings.chat import (
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
from services.bookings.lifecycle import LIFECYCLE
from services.bookings.steps.booking_access import live, locked
from services.bookings.work import BookingsWork

OPEN = tuple(status.value for status, event, _ in LIFECYCLE if event is ChatMessageSent and status)


def send_chat_message(command: SendChatMessage, work: BookingsWork) -> ChatMessage:
    """Store the message; the event holds the sender's side, not the text."""
    booking = locked(work, command, staff=False)
    text, by = command.text.strip(), work.caller.actor
    sent = chat.send(booking, text, caller=work.caller, now=work.now)
    message = ChatMessage(id=sent.message_id, sender=sent.sender, by=by, text=text, sent_at=work.now)
    work.record(booking, (sent,), by=by)
    work.chats.add(booking, message)
    return message


def read_chat(command: ReadChat, work: BookingsWork) -> ChatRead:
    """Store which message the caller's side has read last. No event is published."""
    booking = live(work, hotel=command.hotel, booking_id=command.booking_id)
    side = chat.side_of(work.caller)
    last = work.chats.position(booking, side).last
    read_to = min(command.up_to or last, last)
    work.chats.read(booking, side, read_to)
    return ChatRead(booking_id=booking.id, read_to=read_to, unread=work.chats.position(booking, side).unread)


def get_chat(query: GetChat, work: BookingsWork) -> Chat:
    """A page of the chat, newest message first. The page for a guest does not contain the ids of staff."""
    booking = live(work, hotel=query.hotel, booking_id=query.booking_id)
    if not chat.is_open(booking):
        return Chat(booking_id=booking.id, is_open=False)
    side = chat.side_of(work.caller)
    position = work.chats.position(booking, side, after=query.after)
    messages = work.chats.messages(
        booking, side, after=query.after, page=query.page, read_by_other=position.read_by_other
    )
    if work.caller.kind == "guest":
        messages = tuple(message if message.by == GUEST else _without_id(message) for message in messages)
    return Chat(booking_id=booking.id, is_open=True, unread=position.unread, count=position.count, results=messages)


def list_chats(query: ListChats, work: BookingsWork) -> OpenChats:
    """A page of the hotel's open chats, for staff."""
    access.require_own_hotel(query.hotel, work.caller)
    return work.chats.page(query, OPEN)


def _without_id(message: ChatMessage) -> ChatMessage:
    return replace(message, by=replace(message.by, id=None))
