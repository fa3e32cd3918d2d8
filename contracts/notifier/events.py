"""Events about a notice (push, mail or text message): sent, given up, replayed."""

from datetime import datetime

from contracts.message import Event


class NoticeEvent(Event, abstract=True):
    """An event about one notice. `booking_id` is empty unless the notice is about exactly one booking.

    `headline` is the subject line of a mail that the system wrote. A message written by staff has an empty `headline`.
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


class NoticeSent(NoticeEvent):
    """The mail server or SMS provider accepted the notice."""

    sent_at: datetime


class NoticeGaveUp(NoticeEvent):
    """The notice could not be delivered and is not retried."""

    reason_code: str
    gave_up_at: datetime


class NoticeReplayed(NoticeEvent):
    """An operator requested that a given-up notice be sent again."""

    replayed_at: datetime
