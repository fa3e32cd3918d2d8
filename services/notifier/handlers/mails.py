"""Handlers of the mail jobs. Recipient, names and link are requested from bookings at sending, and are not stored."""

from collections.abc import Callable, Sequence
from email.message import EmailMessage
from functools import partial
from typing import TypeVar

from chassis.refusal import PermanentFailure, Refusal
from chassis.transactions.conversation import Conversation
from contracts.bookings.communications import GetLetter, Letter
from contracts.bookings.lookups import GetLookupLetter, LookupLetter
from contracts.bookings.mails import GetMailFacts, MailFacts
from contracts.message import Ask
from contracts.notifier.events import NoticeGaveUp, NoticeSent
from services.notifier.domain.jobs import SendLookup, SendMail, SendMessage, SendToGuest
from services.notifier.domain.send_result import failure_code
from services.notifier.lifecycle import LIFECYCLE, NoticeStatus
from services.notifier.mailer.renderer import MailRenderer
from services.notifier.work import NotifierWork

T = TypeVar("T")


def send_mails(jobs: Sequence[SendMail], conversation: Conversation[NotifierWork]) -> list[str]:
    """Render and send each mail; returns the subject lines. Connects first, so that an outage creates no link."""
    return [_send(conversation, GetMailFacts(booking_id=job.booking_id), partial(_mail, job)) for job in jobs]


def send_messages(jobs: Sequence[SendMessage], conversation: Conversation[NotifierWork]) -> list[str]:
    """Send staff messages by mail or SMS.

    Returns empty subject lines, because those written by staff are not published.
    """
    for job in jobs:
        ask = GetLetter(booking_id=job.booking_id, communication_id=job.notice_id)
        if job.medium == "sms":
            letter = _ask(conversation, ask)
            conversation.dependencies.sms.send(letter.recipient, letter.message)
        else:
            _send(conversation, ask, partial(_message, job))
    return [""] * len(jobs)


def send_lookups(jobs: Sequence[SendLookup], conversation: Conversation[NotifierWork]) -> list[str]:
    """Send guests the links to their bookings; returns the subject lines."""
    return [_send(conversation, GetLookupLetter(lookup_id=job.notice_id), partial(_lookup, job)) for job in jobs]


def mark_mail_sent(job: SendToGuest, headline: str, work: NotifierWork) -> None:
    """Store the mail as `SENT` and publish `NoticeSent`."""
    work.notices.settle([job.notice_id], LIFECYCLE.after(NoticeStatus.PENDING, NoticeSent), now=work.now)
    work.publish(
        NoticeSent(
            notice_id=job.notice_id,
            booking_id=job.booking_id,
            hotel=job.hotel,
            occasion=job.occasion,
            medium=job.medium,
            headline=headline,
            sent_at=work.now,
        )
    )


def give_up_mail(job: SendToGuest, reason: str, work: NotifierWork) -> None:
    """Store the mail as `GAVE_UP` and publish `NoticeGaveUp`."""
    code = failure_code(reason)
    status = LIFECYCLE.after(NoticeStatus.PENDING, NoticeGaveUp)
    work.notices.settle([job.notice_id], status, now=work.now, reason=code)
    work.publish(
        NoticeGaveUp(
            notice_id=job.notice_id,
            booking_id=job.booking_id,
            hotel=job.hotel,
            occasion=job.occasion,
            medium=job.medium,
            reason_code=code,
            gave_up_at=work.now,
        )
    )


def _mail(job: SendMail, facts: MailFacts, renderer: MailRenderer) -> EmailMessage:
    return renderer.mail(job, facts)


def _message(job: SendMessage, letter: Letter, renderer: MailRenderer) -> EmailMessage:
    return renderer.message(job, letter)


def _lookup(job: SendLookup, letter: LookupLetter, renderer: MailRenderer) -> EmailMessage:
    return renderer.lookup(job, letter)


def _send(
    conversation: Conversation[NotifierWork], ask: Ask[T], render: Callable[[T, MailRenderer], EmailMessage]
) -> str:
    with conversation.dependencies.mail_server.connect() as connection:
        mail = render(_ask(conversation, ask), conversation.dependencies.renderer)
        connection.send(mail)
    return str(mail["Subject"])


def _ask(conversation: Conversation[NotifierWork], ask: Ask[T]) -> T:
    try:
        return conversation.ask(ask)
    except Refusal as refusal:
        raise PermanentFailure(refusal.code) from None
