"""Events about notices: pushes, mails and text messages."""

from dataclasses import dataclass
from datetime import datetime

from contracts.message import Event


@dataclass(frozen=True, kw_only=True)
class NoticeEvent(Event, abstract=True):
    """An event about one notice. `booking_id` is empty where the notice is about no booking, or about several.

    `headline` is the subject of one of the system's own mails; empty for a message written by staff.
    """

    notice_id: str
    booking_id: str
    hotel: str
    occasion: str
    medium: str  # mail | push | sms
    headline: str = ""

    @property
    def subject(self) -> str:
        return f"notice/{self.notice_id}"


@dataclass(frozen=True, kw_only=True)
class NoticeSent(NoticeEvent):
    """The mail server or SMS provider accepted the notice."""

    sent_at: datetime


@dataclass(frozen=True, kw_only=True)
class NoticeGaveUp(NoticeEvent):
    """The notice could not be delivered and is not retried."""

    reason_code: str
    gave_up_at: datetime


@dataclass(frozen=True, kw_only=True)
class NoticeReplayed(NoticeEvent):
    """An operator requested that a given-up notice is sent again."""

    replayed_at: datetime
