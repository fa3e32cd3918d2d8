"""The chat between a booking's guest and the hotel's staff, open until the booking ends."""

from datetime import datetime
from enum import StrEnum

from contracts.bookings.asks import BookingAsk
from contracts.bookings.events import BookingEvent
from contracts.data import Data
from contracts.message import Command, Query
from contracts.values import Actor, Page


class ChatSide(StrEnum):
    """The two sides of a chat: the guest, and the hotel's staff."""

    GUEST = "guest"
    STAFF = "staff"


class ChatMessageSent(BookingEvent):
    """A guest or staff sent a chat message. `message_id` equals the event's sequence; `GetChat` returns the text."""

    message_id: int
    sender: ChatSide
    sent_at: datetime


class ChatMessage(Data):
    """One chat message. `is_read` is True once the other side has read the message."""

    id: int
    sender: ChatSide
    by: Actor
    text: str
    sent_at: datetime
    is_read: bool = False


class Chat(Data):
    """A page of a booking's chat, newest message first.

    `unread` counts the other side's messages that the caller has not read. A closed chat has empty `results`; the
    messages remain in the booking's timeline.
    """

    booking_id: str
    is_open: bool
    unread: int = 0
    count: int = 0
    results: tuple[ChatMessage, ...] = ()


class ChatRead(Data):
    """The id of the last message that the caller has read, and the number of messages that the caller has not read."""

    booking_id: str
    read_to: int
    unread: int


class OpenChat(Data):
    """A row of a hotel's list of open chats."""

    booking_id: str
    guest_name: str
    room_number: str | None
    unread: int
    last_message_at: datetime


class OpenChats(Data):
    """A page of a hotel's open chats, ordered by their latest message, newest first."""

    count: int
    results: tuple[OpenChat, ...]


class SendChatMessage(BookingAsk, Command[ChatMessage]):
    """Send a message to the other side of the chat. Refused `CHAT_CLOSED`, `BOOKING_ENDED`, `VALIDATION_ERROR`."""

    text: str


class ReadChat(BookingAsk, Command[ChatRead]):
    """Mark the messages up to the message id `up_to` as read. Where `up_to` is None, all messages are marked."""

    up_to: int | None = None


class GetChat(BookingAsk, Query[Chat]):
    """Return a chat's messages that follow the message id `after`, for the booking's guest or the hotel's staff."""

    after: int = 0
    page: Page = Page()


class ListChats(Query[OpenChats]):
    """Return a hotel's open chats that have at least one message."""

    hotel: str
    only_unread: bool = False
    page: Page = Page()
