"""What an operator asks of pushes and mails that were given up. They tell nothing of people."""

from dataclasses import dataclass
from datetime import datetime

from contracts.message import Command, Query


@dataclass(frozen=True, kw_only=True)
class KeptNotice:
    """One push or mail. `status` is `PENDING`, `SENT`, or `GAVE_UP` with the `reason`.

    `sequence` is the number of the fact that it tells of, among those about `about`.
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


@dataclass(frozen=True, kw_only=True)
class NoticePage:
    """Notices in the order in which they fell due. `next` is the cursor of what follows; None at the end."""

    notices: tuple[KeptNotice, ...]
    next: str | None = None


@dataclass(frozen=True, kw_only=True)
class ListNotices(Query[NoticePage]):
    """The notices that stand so: `PENDING` or `GAVE_UP`; those that were sent are too many to list."""

    statuses: tuple[str, ...] = ("GAVE_UP",)
    after: str | None = None
    limit: int = 100


@dataclass(frozen=True, kw_only=True)
class GetNotice(Query[KeptNotice]):
    """One notice, by its id. Refused `NOT_FOUND`."""

    notice_id: str


@dataclass(frozen=True, kw_only=True)
class ReplayNotice(Command[KeptNotice]):
    """Have a notice that was given up tried as if it had just fallen due. One that waits is answered as it is.

    Refused `NOT_FOUND`, `NOT_GIVEN_UP`; `OVERTAKEN` for a push where screens may have been told of a later fact about
    the same: nothing older follows, and whoever missed it has it from the feed.
    """

    notice_id: str
