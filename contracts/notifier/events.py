"""Facts about pushes and mails."""

from dataclasses import dataclass
from datetime import datetime

from contracts.message import Event


@dataclass(frozen=True, kw_only=True)
class NoticeEvent(Event, abstract=True):
    """A fact about one push or mail. `booking_id` is empty where it is about no booking, or about several.

    `headline` is the subject that the system itself gives a mail; of what staff wrote there is none.
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
    """The mail server took it."""

    sent_at: datetime


@dataclass(frozen=True, kw_only=True)
class NoticeGaveUp(NoticeEvent):
    """It could not be delivered, and is no longer tried."""

    reason_code: str
    gave_up_at: datetime


@dataclass(frozen=True, kw_only=True)
class NoticeReplayed(NoticeEvent):
    """It was given up, and an operator has it tried again."""

    replayed_at: datetime
