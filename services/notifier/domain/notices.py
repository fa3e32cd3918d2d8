"""A notice: one push, mail or text message. Holds no name and no address."""

from datetime import datetime
from typing import Any

from contracts.data import Data
from contracts.message import Envelope
from services.notifier.domain.jobs import PushNotice, SendToGuest
from services.notifier.lifecycle import NoticeStatus


class Notice(Data):
    """A push, mail or text message, and the event that caused it.

    `booking_id` is empty unless the notice is about exactly one booking. `sequence` is the number of the event among
    the events of its `subject`.
    """

    notice_id: str
    medium: str  # mail | push | sms
    occasion: str
    hotel: str
    booking_id: str
    event_id: str
    subject: str
    sequence: int


class StoredNotice(Notice):
    """A notice with its stored status. Instants are UTC."""

    status: NoticeStatus
    reason: str
    created_at: datetime
    settled_at: datetime | None


def push_notice(push: PushNotice, *, event_id: str) -> Notice:
    """The notice of a push."""
    return Notice(**shared_fields(push), event_id=event_id, subject=push.subject, sequence=push.sequence)


def guest_notice(job: SendToGuest, envelope: Envelope) -> Notice:
    """The notice of a mail or text message to a guest."""
    return Notice(**shared_fields(job), event_id=envelope.id, subject=envelope.subject, sequence=envelope.sequence)


def shared_fields(source: PushNotice | SendToGuest | Notice) -> dict[str, Any]:
    """The fields that a notice, its job and its `NoticeEvent`s have in common."""
    return {name: getattr(source, name) for name in ("notice_id", "medium", "occasion", "hotel", "booking_id")}
