"""The payloads of the notifier's jobs: calls to push provider and mail server. No payload holds a name or address.

Class names are the job kinds stored in the job table; field names are the stored JSON. Pushes have an order key: the
pushes about one subject are sent one after the other, those about different subjects side by side.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from contracts.data import Data
from contracts.values import Money

STAFF_NAME = "staff_user"  # the field of a payload with the name of the member of staff who acted


def job_key(notice_id: str) -> str:
    """The key of the job that sends a notice."""
    return f"notice/{notice_id}"


def availability_subject(hotel: str) -> str:
    """The subject of the pushes of a hotel's availability."""
    return f"availability/{hotel}"


@dataclass(frozen=True)
class PushMessage:
    """One realtime event on one channel."""

    channel: str
    name: str
    data: dict[str, Any]


class PushGroup(Data):
    """One payload, `data`, that is sent under each of `names` on each of `channels`.

    `staff_id` is the account whose display name is added to the payload at sending; empty on channels of others.
    """

    names: tuple[str, ...]
    channels: tuple[str, ...]
    data: dict[str, Any]
    staff_id: str = ""


class PushNotice(Data):
    """All realtime messages of one event. Pushes about the same `subject` are sent in the order of `sequence`."""

    notice_id: str
    hotel: str
    booking_id: str
    occasion: str
    subject: str
    sequence: int
    groups: tuple[PushGroup, ...]
    medium: ClassVar[str] = "push"

    @property
    def order_key(self) -> str:
        """The subject."""
        return self.subject

    @property
    def staff_ids(self) -> frozenset[str]:
        """The accounts whose names are sent."""
        return frozenset(group.staff_id for group in self.groups if group.staff_id)

    def messages(self, staff_names: Mapping[str, str]) -> Iterator[PushMessage]:
        """The messages, grouped by channel and realtime event; in a group, the canonical name comes first.

        `staff_names` are by account id; the payload has no name of an account that is missing there.
        """
        for group in self.groups:
            staff_name = staff_names.get(group.staff_id)
            data = {**group.data, STAFF_NAME: staff_name} if staff_name else group.data
            for channel in group.channels:
                for name in group.names:
                    yield PushMessage(channel, name, data)


class PushAvailability(Data):
    """One push for all availability changes of a hotel in the second that ends at `second` (Unix time)."""

    notice_id: str
    hotel: str
    event_id: str
    second: int
    changed_at: datetime

    @property
    def order_key(self) -> str:
        """The subject of the push."""
        return availability_subject(self.hotel)


class EndConnections(Data):
    """Close every realtime connection that this user has open at the push provider."""

    user_id: str


class SendToGuest(Data):
    """A mail or text message to a guest. Recipient and content are read from the bookings service at sending."""

    notice_id: str
    booking_id: str
    hotel: str
    occasion: str
    event_id: str
    medium: str = "mail"


class SendMail(SendToGuest):
    """A mail about a booking, written by the system. `amounts`, `days` and `texts` come from the event."""

    amounts: dict[str, Money] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


class SendMessage(SendToGuest):
    """A staff message to a guest. `medium` is `mail` or `sms`; `notice_id` is the communication's id."""


class SendLookup(SendToGuest):
    """A mail with links to a guest's bookings at one hotel; `booking_id` is empty. `notice_id` is the lookup's id."""


NoticeJob = PushNotice | PushAvailability | SendToGuest
