"""Notices as an operator sees them: listed, shown, and replayed where they were given up."""

from uuid import UUID

from chassis.jobs.queue import lock_job_kind
from chassis.refusal import Refusal
from contracts.notifier import GetNotice, KeptNotice, ListNotices, NoticePage, NoticeReplayed, ReplayNotice
from services.notifier.domain import PushAvailability, PushNotice, key_of
from services.notifier.lifecycle import LIFECYCLE, NoticeStatus
from services.notifier.store import Kept
from services.notifier.work import NotifierWork

MOST = 500


def list_notices(query: ListNotices, work: NotifierWork) -> NoticePage:
    """A page of them."""
    limit = max(1, min(query.limit, MOST))
    statuses = [status for status in NoticeStatus if status in query.statuses]
    found = work.notices.page(statuses, after=query.after, limit=limit)
    following = found[-1].notice.id if len(found) == limit else None
    return NoticePage(notices=tuple(_shown(kept) for kept in found), next=following)


def get_notice(query: GetNotice, work: NotifierWork) -> KeptNotice:
    """One of them."""
    return _shown(_there(work.notices.get(_id(query.notice_id))))


def replay_notice(command: ReplayNotice, work: NotifierWork) -> KeptNotice:
    """Owe it anew. Nothing is sent between the look at what came after it and the commit."""
    notice_id = _id(command.notice_id)
    kept = _there(work.notices.lock(notice_id))
    if kept.status is NoticeStatus.PENDING:
        return _shown(kept)
    if kept.status is not NoticeStatus.GAVE_UP:
        raise Refusal("NOT_GIVEN_UP", f"This notice was not given up: {kept.status.lower()}.")
    if kept.notice.medium == "push":
        for kind in (PushNotice, PushAvailability):
            lock_job_kind(work.connection, kind)
        if work.notices.overtaken(kept.notice):
            raise Refusal("OVERTAKEN", "Screens have been told of something later, or may have been.")
    if not work.retry_job(key_of(notice_id)):
        raise Refusal("NOT_GIVEN_UP", "Nothing is left of what was to be sent.")
    work.notices.reopen(notice_id, LIFECYCLE.after(kept.status, NoticeReplayed))
    work.publish(
        NoticeReplayed(
            notice_id=notice_id,
            booking_id=kept.notice.booking_id,
            hotel=kept.notice.hotel,
            occasion=kept.notice.occasion,
            medium=kept.notice.medium,
            replayed_at=work.now,
        )
    )
    return _shown(_there(work.notices.get(notice_id)))


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise _unknown() from None


def _there(kept: Kept | None) -> Kept:
    if kept is None:
        raise _unknown()
    return kept


def _unknown() -> Refusal:
    return Refusal("NOT_FOUND", "There is no such notice.")


def _shown(kept: Kept) -> KeptNotice:
    notice = kept.notice
    return KeptNotice(
        notice_id=notice.id,
        medium=notice.medium,
        occasion=notice.occasion,
        hotel=notice.hotel,
        booking_id=notice.booking_id,
        about=notice.subject,
        sequence=notice.sequence,
        status=kept.status,
        reason=kept.reason,
        created_at=kept.created_at,
        settled_at=kept.settled_at,
    )
