"""A booking's chat, as its guest and the hotel's staff see it."""

from dataclasses import dataclass
from datetime import datetime

from contracts import bookings


@dataclass(frozen=True, kw_only=True)
class ChatMessage:
    """One message. `sender` is `guest` or `staff`; guests are told no names. `is_read`: by the other side."""

    id: int
    sender: str
    sender_name: str | None
    text: str
    sent_at: datetime
    is_read: bool


@dataclass(frozen=True, kw_only=True)
class Chat:
    """A page of a chat, newest first. A chat that is not open is empty."""

    count: int
    next: str | None
    previous: str | None
    is_open: bool
    unread: int
    results: tuple[ChatMessage, ...]


@dataclass(frozen=True, kw_only=True)
class ChatRead:
    """How far one has read."""

    booking_id: str
    read_to: int
    unread: int


@dataclass(frozen=True, kw_only=True)
class OpenChat:
    """A chat in the hotel's list."""

    booking_id: str
    guest_name: str
    room_number: str | None
    unread: int
    last_message_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChatList:
    """A page of the hotel's open chats, the latest message first."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[OpenChat, ...]


def message(said: bookings.ChatMessage) -> ChatMessage:
    """One message."""
    return ChatMessage(
        id=said.id,
        sender=said.sender,
        sender_name=said.by.name,
        text=said.text,
        sent_at=said.sent_at,
        is_read=said.is_read,
    )


def chat(found: bookings.Chat, links: tuple[str | None, str | None]) -> Chat:
    """A page of a chat."""
    return Chat(
        count=found.count,
        next=links[0],
        previous=links[1],
        is_open=found.is_open,
        unread=found.unread,
        results=tuple(message(said) for said in found.results),
    )
