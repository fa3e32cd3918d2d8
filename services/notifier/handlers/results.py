"""Stores and publishes the result of each push, mail and text message: sent, or given up."""

from functools import partial

from chassis.observability import logs
from contracts.notifier.events import NoticeGaveUp, NoticeSent
from services.notifier.domain.jobs import NoticeJob, PushAvailability, PushNotice, SendToGuest
from services.notifier.domain.notices import shared_fields
from services.notifier.domain.realtime_events import NOTICE_GAVE_UP
from services.notifier.domain.send_result import SendResult, failure_code
from services.notifier.lifecycle import LIFECYCLE, NoticeStatus
from services.notifier.work import NotifierWork

log = logs.logger(__name__)


def mark_push_sent(job: PushNotice | PushAvailability, _: SendResult, work: NotifierWork) -> None:
    """Store the push as `SENT`."""
    work.sent_jobs.append(job)
    if isinstance(job, PushNotice) and job.booking_id:
        about = {"booking_id": job.booking_id, "hotel": job.hotel, "notice_id": job.notice_id}
        work.after_commit.append(partial(log.info, "push_sent", occasion=job.occasion, **about))


def mark_mail_sent(job: SendToGuest, headline: str, work: NotifierWork) -> None:
    """Store the mail or text message as `SENT` and publish `NoticeSent`."""
    work.sent_jobs.append(job)
    work.publish(NoticeSent(**shared_fields(job), headline=headline, sent_at=work.now))


def give_up(job: NoticeJob, reason: str, work: NotifierWork) -> None:
    """Store the notice as `GAVE_UP`. Publish `NoticeGaveUp`, except for pushes of availability or of `NoticeGaveUp`."""
    code = failure_code(reason)
    status = LIFECYCLE.after(NoticeStatus.PENDING, NoticeGaveUp)
    work.pending_notices.settle([job], status, now=work.now, reason=code)
    if not isinstance(job, PushAvailability) and job.occasion != NOTICE_GAVE_UP.name:
        work.publish(NoticeGaveUp(**shared_fields(job), reason_code=code, gave_up_at=work.now))
