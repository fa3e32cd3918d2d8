"""Handlers of the mail jobs. Recipients and names are read from the bookings service at sending, never stored."""

from collections.abc import Callable, Sequence
from email.message import EmailMessage
from typing import TypeVar

from chassis.refusal import PermanentFailure, Refusal
from chassis.transactions.conversation import Conversation
from contracts.bookings.communications import GetLetter, GetMailFacts, MailFacts
from contracts.bookings.lookups import GetLookupLetter
from contracts.message import Ask
from services.notifier.domain.jobs import SendLookup, SendMail, SendMessage, SendToGuest
from services.notifier.mailer.renderer import MailRenderer
from services.notifier.work import NotifierWork

J = TypeVar("J", bound=SendToGuest)
T = TypeVar("T")


def send_mails(jobs: Sequence[SendMail], conversation: Conversation[NotifierWork]) -> list[str]:
    """Send each mail; returns the subject lines. While the mail server is down, no one-time code is issued.

    A mail before payment is given up where its recipient got as many such mails in the last 24 hours as permitted.
    """
    return [_send_mail(conversation, job) for job in jobs]


def send_messages(jobs: Sequence[SendMessage], conversation: Conversation[NotifierWork]) -> list[str]:
    """Send staff messages by mail or SMS. The returned subject lines are empty, to keep staff's words out of events."""
    for job in jobs:
        ask = GetLetter(hotel=job.hotel, booking_id=job.booking_id, communication_id=job.notice_id)
        if job.medium == "sms":
            letter = _ask(conversation, ask)
            conversation.dependencies.sms.send(letter.recipient, letter.message)
        else:
            _send(conversation, job, ask, MailRenderer.message)
    return [""] * len(jobs)


def send_lookups(jobs: Sequence[SendLookup], conversation: Conversation[NotifierWork]) -> list[str]:
    """Send guests the links to their bookings; returns the subject lines."""
    return [
        _send(conversation, job, GetLookupLetter(hotel=job.hotel, lookup_id=job.notice_id), MailRenderer.lookup)
        for job in jobs
    ]


def delete_old_mail_counts(work: NotifierWork) -> bool:
    """Delete some counts of mails whose 24 hours are over; returns False where there are none."""
    return work.mail_counts.delete_old(work.now)


def _send_mail(conversation: Conversation[NotifierWork], job: SendMail) -> str:
    def render(renderer: MailRenderer, job: SendMail, facts: MailFacts) -> EmailMessage:
        mail = renderer.mail(job, facts)
        _count(conversation, job, facts)
        return mail

    return _send(conversation, job, GetMailFacts(hotel=job.hotel, booking_id=job.booking_id), render)


def _count(conversation: Conversation[NotifierWork], job: SendMail, facts: MailFacts) -> None:
    """Count a mail before payment. Raises `PermanentFailure` where the recipient gets no further such mail now."""
    most = conversation.dependencies.settings.mails_before_payment
    if not facts.before_payment or not most:
        return
    with conversation.transaction() as work:
        permitted = work.mail_counts.add(facts.recipient_key, job.notice_id, most=most, now=work.now)
    if not permitted:
        raise PermanentFailure("TOO_MANY_MAILS")


def _send(
    conversation: Conversation[NotifierWork], job: J, ask: Ask[T], render: Callable[[MailRenderer, J, T], EmailMessage]
) -> str:
    with conversation.dependencies.mail_server.connect() as connection:
        mail = render(conversation.dependencies.renderer, job, _ask(conversation, ask))
        connection.send(mail)
    return str(mail["Subject"])


def _ask(conversation: Conversation[NotifierWork], ask: Ask[T]) -> T:
    try:
        return conversation.ask(ask)
    except Refusal as refusal:
        raise PermanentFailure(refusal.code) from None
