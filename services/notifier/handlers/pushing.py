"""Pushes go out in the order of their facts; what cannot go now holds back what comes after it."""

import time
from collections.abc import Sequence
from functools import partial

from chassis.observability import logs
from chassis.refusal import PermanentFailure, RetryLater
from chassis.transactions.conversation import Conversation
from contracts.notifier import NoticeGaveUp, NoticeSent
from services.notifier import domain
from services.notifier.domain import PushAvailability, PushNotice
from services.notifier.handlers.outcomes import SENT, Outcome, reason_code
from services.notifier.lifecycle import LIFECYCLE, NoticeStatus
from services.notifier.notices import PUSHES
from services.notifier.work import NotifierWork

BUSY_FOR = 5.0  # seconds: whoever has stood still since may have lost the lease, and begins nothing more
A_BREATH = 0.2

log = logs.logger(__name__)

_OWN_OCCASION = PUSHES[NoticeGaveUp].shown[0].name


def push(notices: Sequence[PushNotice], conversation: Conversation[NotifierWork]) -> list[Outcome]:
    """Send them one after the other.

    Before a second fact about a subject is sent, the first is noted as sent: after a crash it is not sent again
    behind the second. What the provider refuses is given up alone; a failure that may pass stops all that follow.
    """
    with conversation.reading() as work:
        sent = work.notices.sent_among([notice.notice_id for notice in notices])
    until = time.monotonic() + BUSY_FOR
    unnoted: dict[str, str] = {}
    outcomes: list[Outcome] = []
    stop: RetryLater | None = None
    for notice in notices:
        if notice.notice_id in sent:
            outcomes.append(SENT)
            continue
        if notice.subject in unnoted and stop is None:
            _note_sent(unnoted, conversation)
        stop = stop or (RetryLater("PUSH_SLOW", seconds=A_BREATH) if time.monotonic() > until else None)
        outcome = stop or _sent(notice, conversation)
        if isinstance(outcome, RetryLater):
            stop = outcome
        elif outcome is SENT:
            unnoted[notice.subject] = notice.notice_id
        outcomes.append(outcome)
    return outcomes


def push_availability(dues: Sequence[PushAvailability], conversation: Conversation[NotifierWork]) -> list[Outcome]:
    """Send what no later push, itself due, has made old news; old news counts as sent with the later one."""
    notices = [domain.availability_notice(due) for due in dues]
    with conversation.reading() as work:
        newest = work.notices.newest({notice.subject for notice in notices}, up_to=int(work.now.timestamp()))
    fresh = [notice for notice in notices if notice.sequence >= newest.get(notice.subject, 0)]
    outcomes = (
        dict(zip((notice.notice_id for notice in fresh), push(fresh, conversation), strict=True)) if fresh else {}
    )
    return [outcomes.get(notice.notice_id, SENT) for notice in notices]


def pushed(notice: PushNotice | PushAvailability, _: Outcome, work: NotifierWork) -> None:
    """It is out."""
    status = LIFECYCLE.after(NoticeStatus.PENDING, NoticeSent)
    work.notices.settle([notice.notice_id], status, now=work.now)
    if isinstance(notice, PushNotice) and notice.booking_id:
        about = {"booking_id": notice.booking_id, "hotel": notice.hotel, "notice_id": notice.notice_id}
        work.after_commit.append(partial(log.info, "push_sent", occasion=notice.occasion, **about))


def push_gave_up(notice: PushNotice | PushAvailability, why: str, work: NotifierWork) -> None:
    """It will never be out. Staff are told, unless it was itself about a notice given up."""
    status = LIFECYCLE.after(NoticeStatus.PENDING, NoticeGaveUp)
    work.notices.settle([notice.notice_id], status, now=work.now, reason=reason_code(why))
    if isinstance(notice, PushNotice) and notice.occasion != _OWN_OCCASION:
        work.publish(
            NoticeGaveUp(
                notice_id=notice.notice_id,
                booking_id=notice.booking_id,
                hotel=notice.hotel,
                occasion=notice.occasion,
                medium="push",
                reason_code=reason_code(why),
                gave_up_at=work.now,
            )
        )


def _sent(notice: PushNotice, conversation: Conversation[NotifierWork]) -> Outcome:
    try:
        conversation.dependencies.push.send(list(notice.messages))
    except (RetryLater, PermanentFailure) as problem:
        return problem
    return SENT


def _note_sent(unnoted: dict[str, str], conversation: Conversation[NotifierWork]) -> None:
    status = LIFECYCLE.after(NoticeStatus.PENDING, NoticeSent)
    with conversation.transaction() as work:
        work.notices.settle(list(unnoted.values()), status, now=work.now)
    unnoted.clear()
