"""Handlers of the operator's asks: list notices, show one notice, and replay a notice that was given up."""

from uuid import UUID

from chassis.refusal import Refusal
from chassis.transactions.job_order import lock_jobs
from contracts.notifier.events import NoticeReplayed
from contracts.notifier.notice_admin import GetNotice, ListNotices, NoticeDetail, NoticePage, ReplayNotice
from services.notifier.domain.jobs import PushNotice, job_key
from services.notifier.domain.notices import StoredNotice, shared_fields
from services.notifier.lifecycle import LIFECYCLE, NoticeStatus
from services.notifier.work import NotifierWork

LARGEST_PAGE = 500


def list_notices(query: ListNotices, work: NotifierWork) -> NoticePage:
    """A page of the notices with the requested statuses."""
    limit = max(1, min(query.limit, LARGEST_PAGE))
    statuses = [status for status in NoticeStatus if status in query.statuses]
    notices = work.notices.page(statuses, after=query.after, limit=limit)
    following = notices[-1].notice_id if len(notices) == limit else None
    return NoticePage(notices=tuple(map(_detail, notices)), next=following)


def get_notice(query: GetNotice, work: NotifierWork) -> NoticeDetail:
    """One notice. Refused `NOT_FOUND` where no notice has the id."""
    return _detail(_existing(work.notices.get(_id(query.notice_id))))


def replay_notice(command: ReplayNotice, work: NotifierWork) -> NoticeDetail:
    """Enqueue a given-up notice again.

    Refused `NOT_FOUND`, `NOT_GIVEN_UP`, and `OVERTAKEN` where a later push about the same subject was sent or
    attempted. The jobs are locked until the commit: no later push is enqueued or claimed after this check.
    """
    notice_id = _id(command.notice_id)
    if _existing(work.notices.get(notice_id)).medium == PushNotice.medium:
        lock_jobs(work.connection)
    notice = _existing(work.notices.lock(notice_id))
    if notice.status is NoticeStatus.PENDING:
        return _detail(notice)
    if notice.status is not NoticeStatus.GAVE_UP:
        raise Refusal("NOT_GIVEN_UP", f"This notice was not given up: {notice.status.lower()}.")
    if notice.medium == PushNotice.medium and work.notices.overtaken(notice):
        raise Refusal("OVERTAKEN", "A later push about the same subject was sent, or may have been.")
    if not work.retry_job(job_key(notice_id)):
        raise Refusal("NOT_GIVEN_UP", "The job of this notice no longer exists.")
    work.notices.reopen(notice, LIFECYCLE.after(notice.status, NoticeReplayed))
    work.publish(NoticeReplayed(**shared_fields(notice), replayed_at=work.now))
    return _detail(_existing(work.notices.get(notice_id)))


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise _not_found() from None


def _existing(notice: StoredNotice | None) -> StoredNotice:
    if notice is None:
        raise _not_found()
    return notice


def _not_found() -> Refusal:
    return Refusal("NOT_FOUND", "There is no such notice.")


def _detail(notice: StoredNotice) -> NoticeDetail:
    shared = {name: value for name, value in vars(notice).items() if name not in ("event_id", "subject")}
    return NoticeDetail(about=notice.subject, **shared)
