"""The lifecycle of a notice (push, mail or text message): the only table of its allowed transitions."""

from enum import StrEnum

from chassis.lifecycle import Lifecycle
from contracts.notifier.events import NoticeGaveUp, NoticeReplayed, NoticeSent


class NoticeStatus(StrEnum):
    """The status of a notice."""

    PENDING = "PENDING"
    SENT = "SENT"
    GAVE_UP = "GAVE_UP"


LIFECYCLE = Lifecycle(
    # while                 when this happens    it becomes
    (NoticeStatus.PENDING, NoticeSent, NoticeStatus.SENT),
    (NoticeStatus.PENDING, NoticeGaveUp, NoticeStatus.GAVE_UP),
    (NoticeStatus.GAVE_UP, NoticeReplayed, NoticeStatus.PENDING),
)
