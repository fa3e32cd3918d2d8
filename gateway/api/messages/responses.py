"""Chats and communications."""

from dataclasses import dataclass

from contracts import bookings
from gateway.http.pages import Page
from gateway.http.views import Json, View


class ChatMessage(View[bookings.ChatMessage], drop=("by",)):
    """A message. `sender` is `guest` or `staff`; `is_read` says whether the other side has read the message."""

    sender_name: str | None


@dataclass(frozen=True, kw_only=True)
class Chat(Page[ChatMessage]):
    """A page of a chat, newest first. A closed chat is empty."""

    results: tuple[ChatMessage, ...]
    is_open: bool
    unread: int


class ChatRead(View[bookings.ChatRead]):
    """The last message that was read, and the number of unread messages."""


class OpenChat(View[bookings.OpenChat]):
    """An open chat of a hotel."""


class Communication(View[bookings.Communication]):
    """A communication. Mails that the system sends have no `staff_member` and no text."""


def chat_message(message: bookings.ChatMessage) -> Json:
    """A message of a chat."""
    return ChatMessage.of(message, sender_name=message.by.name)
