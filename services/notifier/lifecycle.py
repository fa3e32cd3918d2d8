"""The life of a notice, a push or a mail. Only this table knows what may follow what."""

from enum import StrEnum

from chassis.lifecycle import Lifecycle
from contracts.notifier import NoticeGaveUp, NoticeReplayed, NoticeSent


class NoticeStatus(StrEnum):
    """Where a notice stands."""

    PENDING = "PENDING"
    SENT = "SENT"
    GAVE_UP = "GAVE_UP"


LIFECYCLE = Lifecycle(
    # while                 when this happens    it becomes
    (NoticeStatus.PENDING, NoticeSent, NoticeStatus.SENT),
    (NoticeStatus.PENDING, NoticeGaveUp, NoticeStatus.GAVE_UP),
    (NoticeStatus.GAVE_UP, NoticeReplayed, NoticeStatus.PENDING),
)
