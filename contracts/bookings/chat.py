"""The chat between a booking's guest and the hotel's staff, open until the booking ends."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.bookings.events import BookingEvent
from contracts.message import Command, Query
from contracts.values import Actor, Page


class ChatSide(StrEnum):
    """The two sides of a chat: the guest, and the hotel's staff."""

    GUEST = "guest"
    STAFF = "staff"


@dataclass(frozen=True, kw_only=True)
class ChatMessageSent(BookingEvent):
    """A guest or staff sent a chat message. Its text is read by `message_id`, its number in the booking's feed."""

    message_id: int
    sender: ChatSide
    sent_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChatMessage:
    """One message. `is_read` is set when the other side has read it."""

    id: int
    sender: ChatSide
    by: Actor
    text: str
    sent_at: datetime
    is_read: bool = False


@dataclass(frozen=True, kw_only=True)
class Chat:
    """A page of a booking's chat, newest first. `unread` counts the other side's messages that the caller has not read.

    A closed chat is empty: its messages are in the booking's timeline.
    """

    booking_id: str
    is_open: bool
    unread: int = 0
    count: int = 0
    results: tuple[ChatMessage, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChatRead:
    """The last message that the caller has read, and the number of unread ones."""

    booking_id: str
    read_to: int
    unread: int


@dataclass(frozen=True, kw_only=True)
class OpenChat:
    """A chat in a hotel's list."""

    booking_id: str
    guest_name: str
    room_number: str | None
    unread: int
    last_message_at: datetime


@dataclass(frozen=True, kw_only=True)
class OpenChats:
    """A page of a hotel's open chats, the latest message first."""

    count: int
    results: tuple[OpenChat, ...]


@dataclass(frozen=True, kw_only=True)
class SendChatMessage(Command[ChatMessage]):
    """Send a message to the other side. Refused `CHAT_CLOSED`, `READ_ONLY_TOKEN`, `VALIDATION_ERROR`."""

    hotel: str
    booking_id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ReadChat(Command[ChatRead]):
    """Mark messages as read up to this one; None marks all."""

    hotel: str
    booking_id: str
    up_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class GetChat(Query[Chat]):
    """Return a booking's chat after a message, for its guest or the hotel's staff."""

    hotel: str
    booking_id: str
    after: int = 0
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class ListChats(Query[OpenChats]):
    """Return the open chats of a hotel that have messages."""

    hotel: str
    only_unread: bool = False
    page: Page = Page()  # noqa: RUF009
