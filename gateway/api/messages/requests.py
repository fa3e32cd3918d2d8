"""Requests about chats and communications."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.http.fields import Body, ChatMessage, Id, Letter, Recipient, Subject
from gateway.http.pages import Paging

MessageId = Annotated[Id, Field(ge=1)]


class NewChatMessage(Body):
    """A message to the other side of the chat."""

    text: ChatMessage = Field(examples=["Could we have an extra pillow?"])


class ReadMarker(Body):
    """The last message that was read. Without `up_to`, all messages are marked as read."""

    up_to: MessageId | None = None


class ChatQuery(Paging):
    """A page of a chat, newest message first. Only messages with an id above `after` are included."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class ChatFilters(Paging):
    """Filters of the list of chats."""

    unread: Annotated[bool, Field(description="Only chats with unread messages.")] = False


class CommunicationBody(Body):
    """A mail or text message to the guest, or a note of a call or of anything else."""

    communication_type: Literal["EMAIL", "SMS", "PHONE", "NOTE"] = Field(examples=["PHONE"])
    message: Letter = Field(examples=["Asked for an extra pillow."])
    subject: Subject = Field("", examples=["Your arrival"])
    recipient: Recipient = Field("", description="If empty, the guest's own address or number.")
