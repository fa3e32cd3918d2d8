"""Handlers of the operator's asks: list and show notices, replay those that were given up."""

from uuid import UUID

from chassis.refusal import Refusal
from chassis.transactions.job_queue import lock_job_kind
from contracts.notifier.events import NoticeReplayed
from contracts.notifier.notice_admin import GetNotice, ListNotices, NoticeDetail, NoticePage, ReplayNotice
from services.notifier.domain.jobs import PushAvailability, PushNotice, job_key
from services.notifier.domain.notices import StoredNotice
from services.notifier.lifecycle import LIFECYCLE, NoticeStatus
from services.notifier.work import NotifierWork

LARGEST_PAGE = 500


def list_notices(query: ListNotices, work: NotifierWork) -> NoticePage:
    """A page of the notices with the requested statuses."""
    limit = max(1, min(query.limit, LARGEST_PAGE))
    statuses = [status for status in NoticeStatus if status in query.statuses]
    rows = work.notices.page(statuses, after=query.after, limit=limit)
    following = rows[-1].notice.id if len(rows) == limit else None
    return NoticePage(notices=tuple(_detail(row) for row in rows), next=following)


def get_notice(query: GetNotice, work: NotifierWork) -> NoticeDetail:
    """One notice. Refused `NOT_FOUND` where no notice has the id."""
    return _detail(_existing(work.notices.get(_id(query.notice_id))))


def replay_notice(command: ReplayNotice, work: NotifierWork) -> NoticeDetail:
    """Enqueue a given-up notice again.

    Refused `OVERTAKEN` where a later push about the same subject was sent or attempted. Push jobs are locked until
    the commit, so that no later push is sent after this check.
    """
    notice_id = _id(command.notice_id)
    row = _existing(work.notices.lock(notice_id))
    notice = row.notice
    if row.status is NoticeStatus.PENDING:
        return _detail(row)
    if row.status is not NoticeStatus.GAVE_UP:
        raise Refusal("NOT_GIVEN_UP", f"This notice was not given up: {row.status.lower()}.")
    if notice.medium == "push":
        for kind in (PushNotice, PushAvailability):
            lock_job_kind(work.connection, kind)
        if work.notices.overtaken(notice):
            raise Refusal("OVERTAKEN", "A later push about the same subject was sent, or may have been.")
    if not work.retry_job(job_key(notice_id)):
        raise Refusal("NOT_GIVEN_UP", "The job of this notice no longer exists.")
    work.notices.reopen(notice_id, LIFECYCLE.after(row.status, NoticeReplayed))
    work.publish(
        NoticeReplayed(
            notice_id=notice_id,
            booking_id=notice.booking_id,
            hotel=notice.hotel,
            occasion=notice.occasion,
            medium=notice.medium,
            replayed_at=work.now,
        )
    )
    return _detail(_existing(work.notices.get(notice_id)))


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise _not_found() from None


def _existing(row: StoredNotice | None) -> StoredNotice:
    if row is None:
        raise _not_found()
    return row


def _not_found() -> Refusal:
    return Refusal("NOT_FOUND", "There is no such notice.")


def _detail(row: StoredNotice) -> NoticeDetail:
    notice = row.notice
    return NoticeDetail(
        notice_id=notice.id,
        medium=notice.medium,
        occasion=notice.occasion,
        hotel=notice.hotel,
        booking_id=notice.booking_id,
        about=notice.subject,
        sequence=notice.sequence,
        status=row.status,
        reason=row.reason,
        created_at=row.created_at,
        settled_at=row.settled_at,
    )
