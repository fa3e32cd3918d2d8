"""What is owed to the push provider and the mail server: plain data without a name or an address in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.values import Money


def key_of(notice_id: str) -> str:
    """What the errand that sends a notice is known by."""
    return f"notice/{notice_id}"


@dataclass(frozen=True)
class Message:
    """One event on one channel."""

    channel: str
    name: str
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Group:
    """The same data under each of these names on each of these channels."""

    names: tuple[str, ...]
    channels: tuple[str, ...]
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PushNotice:
    """Everything that one fact shows. A later fact about the same `subject` must not be overtaken by it."""

    notice_id: str
    hotel: str
    booking_id: str
    occasion: str
    subject: str
    sequence: int
    groups: tuple[Group, ...]

    @property
    def messages(self) -> Iterator[Message]:
        """The messages: for each channel, all names of one event after the other, the canonical one first."""
        for group in self.groups:
            for channel in group.channels:
                for name in group.names:
                    yield Message(channel, name, group.data)


@dataclass(frozen=True, kw_only=True)
class PushAvailability:
    """One push for all that a hotel sold or freed in the second before `second` (of the epoch)."""

    notice_id: str
    hotel: str
    event_id: str
    second: int
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class EndConnections:
    """Every realtime connection that this user has open at the push provider is to be closed."""

    user_id: str


@dataclass(frozen=True, kw_only=True)
class Posted:
    """Something for a guest that the system or staff wrote. Whom and what exactly is asked for when it is sent."""

    notice_id: str
    booking_id: str
    hotel: str
    occasion: str
    event_id: str
    medium: str = "mail"


@dataclass(frozen=True, kw_only=True)
class SendMail(Posted):
    """One of the system's own mails about a booking; `amounts` are the fact's."""

    amounts: dict[str, Money] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SendMessage(Posted):
    """What staff wrote to a guest, as a mail or (`medium` `sms`) as a text message. Its notice is the communication."""


@dataclass(frozen=True, kw_only=True)
class SendLookup(Posted):
    """The links to somebody's bookings at one hotel, so `booking_id` is empty. Its notice is the lookup."""
