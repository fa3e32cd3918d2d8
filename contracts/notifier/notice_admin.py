"""The operator's asks about notices (pushes, mails, text messages). Asks and replies carry no personal data."""

from datetime import datetime

from contracts.data import Data
from contracts.message import Command, Query


class NoticeDetail(Data):
    """One push, mail or text message. `status` is `PENDING`, `SENT`, or `GAVE_UP` with the `reason`.

    `about` is the subject of the event that caused the notice; `sequence` is the event's number among the events of
    that subject.
    """

    notice_id: str
    medium: str  # mail | push | sms
    occasion: str
    hotel: str
    booking_id: str
    about: str
    sequence: int
    status: str
    reason: str
    created_at: datetime
    settled_at: datetime | None = None


class NoticePage(Data):
    """Notices, oldest first. `next` is the cursor of the next page; None on the last page."""

    notices: tuple[NoticeDetail, ...]
    next: str | None = None


class ListNotices(Query[NoticePage]):
    """List the notices whose status is among `statuses`: `PENDING`, `GAVE_UP` or both. Sent notices are not listed."""

    statuses: tuple[str, ...] = ("GAVE_UP",)
    after: str | None = None
    limit: int = 100


class GetNotice(Query[NoticeDetail]):
    """Return one notice by its id. Refused `NOT_FOUND` where no notice has the id."""

    notice_id: str


class ReplayNotice(Command[NoticeDetail]):
    """Send a given-up notice again, as if it were new. A pending notice is returned unchanged.

    Refused `NOT_FOUND` for an unknown id and `NOT_GIVEN_UP` for a sent notice. A push is refused `OVERTAKEN` if a later
    push about the same subject may have been sent. So pushes stay in order, and clients read the missing event from the
    feed.
    """

    notice_id: str
