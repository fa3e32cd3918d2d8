"""Chats, as guests and as staff read them."""

from contracts.bookings.chat import ChatMessage
from gateway.http.pages import ResultPage
from gateway.http.views import Json, View, name_of


class ChatMessageWithSender(View[ChatMessage], drop=("by",)):
    """A message. `sender` is `guest` or `staff`; `is_read` says whether the other side has read the message."""

    sender_name: str | None


class ChatPage(ResultPage[ChatMessageWithSender]):
    """A page of a chat, newest message first. The page of a closed chat has no messages."""

    results: tuple[ChatMessageWithSender, ...]
    is_open: bool
    unread: int


def chat_message(message: ChatMessage) -> Json:
    """The fields of `ChatMessageWithSender`."""
    return ChatMessageWithSender.of(message, sender_name=name_of(message.by))
