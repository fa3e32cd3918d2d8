"""The chat between a booking's guest and the hotel's staff, for as long as the booking lives."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.bookings.events import BookingEvent
from contracts.message import Command, Query
from contracts.values import Actor, Page


class ChatSide(StrEnum):
    """Who writes and who reads: the guest, or any of the hotel's staff."""

    GUEST = "guest"
    STAFF = "staff"


@dataclass(frozen=True, kw_only=True)
class ChatMessageSent(BookingEvent):
    """Guest or staff wrote. What they wrote is asked for: `message_id` is its number in the booking's feed."""

    message_id: int
    sender: ChatSide
    sent_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChatMessage:
    """One message. `is_read`: by the other side."""

    id: int
    sender: ChatSide
    by: Actor
    text: str
    sent_at: datetime
    is_read: bool = False


@dataclass(frozen=True, kw_only=True)
class Chat:
    """A page of a booking's chat, newest first. `unread` counts what the other side wrote since the asker last read.

    A chat that is not open is empty: what was said stays in the booking's timeline.
    """

    booking_id: str
    is_open: bool
    unread: int = 0
    count: int = 0
    results: tuple[ChatMessage, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChatRead:
    """How far the asker has read, and what is left."""

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
    """Write to the other side. Refused `CHAT_CLOSED`, `READ_ONLY_TOKEN`, `VALIDATION_ERROR`."""

    hotel: str
    booking_id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ReadChat(Command[ChatRead]):
    """The asker has read up to this message; None: all that there is."""

    hotel: str
    booking_id: str
    up_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class GetChat(Query[Chat]):
    """A booking's chat after a message, for its guest or its hotel's staff."""

    hotel: str
    booking_id: str
    after: int = 0
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class ListChats(Query[OpenChats]):
    """The open chats of a hotel in which something was said."""

    hotel: str
    only_unread: bool = False
    page: Page = Page()  # noqa: RUF009
