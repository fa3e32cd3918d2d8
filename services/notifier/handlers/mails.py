"""Handlers of the mail jobs. Recipients and names are read from the bookings service at sending, never stored."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from chassis.refusal import PermanentFailure, Refusal, RetryLater, Unavailable
from chassis.transactions.conversation import Conversation, JobConversation
from contracts.bookings.communications import GetLetter, GetMailFacts, GetManyMailFacts, MailedBooking, MailFacts
from contracts.bookings.lookups import GetLookupLetter
from contracts.message import Ask
from services.notifier.domain.jobs import SendLookup, SendMail, SendMessage, SendToGuest
from services.notifier.mailer.mail import Mail
from services.notifier.mailer.renderer import MailRenderer
from services.notifier.mailer.smtp import SmtpConnection
from services.notifier.work import NotifierWork

SILENT_SECONDS = 5.0  # until bookings is asked again for the mails that it was not asked for

J = TypeVar("J", bound=SendToGuest)
T = TypeVar("T")


def send_mails(jobs: Sequence[SendMail], conversation: JobConversation[NotifierWork]) -> list[str | Exception]:
    """Send the mails over one connection; returns the subject line of each, or why it was not sent.

    While the mail server is down, no one-time code is issued. A mail before payment is given up where its recipient got
    as many such mails in the last 24 hours as permitted.

    A process that dies in the middle leaves the mails that the server accepted as if they were not sent: they are sent
    again, under the same Message-ID, with the rest of the batch. A process whose lease may be over sends nothing more:
    another process may be sending the same mails.
    """
    with conversation.dependencies.mail_server.connect() as connection:
        facts = _facts_of(jobs, conversation)
        mails = [_mail(job, each, conversation) for job, each in zip(jobs, facts, strict=True)]
        before_payment = {
            job.notice_id: each.recipient_key
            for job, each, mail in zip(jobs, facts, mails, strict=True)
            if isinstance(each, MailFacts) and each.before_payment and isinstance(mail, Mail)
        }
        refused = _count(before_payment, conversation)
        return [
            _send(connection, refused.get(job.notice_id, mail), conversation)
            for job, mail in zip(jobs, mails, strict=True)
        ]


def send_messages(jobs: Sequence[SendMessage], conversation: JobConversation[NotifierWork]) -> list[str | Exception]:
    """Send staff messages by mail or SMS. The returned subject lines are empty, to keep staff's words out of events."""
    outcomes: list[str | Exception] = []
    for job in jobs:
        ask = GetLetter(hotel=job.hotel, booking_id=job.booking_id, communication_id=job.notice_id)
        if job.medium == "sms":
            letter = _ask(conversation, ask)
            if over := _lease_over(conversation):
                outcomes.append(over)
                continue
            conversation.dependencies.sms.send(letter.recipient, letter.message)
            outcomes.append("")
        else:
            outcome = _send_letter(conversation, job, ask, MailRenderer.message)
            outcomes.append(outcome if isinstance(outcome, Exception) else "")
    return outcomes


def send_lookups(jobs: Sequence[SendLookup], conversation: JobConversation[NotifierWork]) -> list[str | Exception]:
    """Send guests the links to their bookings; returns the subject lines."""
    return [
        _send_letter(conversation, job, GetLookupLetter(hotel=job.hotel, lookup_id=job.notice_id), MailRenderer.lookup)
        for job in jobs
    ]


def delete_old_mail_counts(work: NotifierWork) -> bool:
    """Delete some counts of mails whose 24 hours are over; returns False where there are none."""
    return work.mail_counts.delete_old(work.now)


def _facts_of(jobs: Sequence[SendMail], conversation: Conversation[NotifierWork]) -> Sequence[MailFacts | Exception]:
    """The data of each mail, in one ask. Where that ask fails, the mails are asked for one by one, until one fails.

    The mails behind that one are due again before it, and so without it: it may be the only one that nobody answers.
    """
    if len(jobs) > 1:
        try:
            bookings = tuple(MailedBooking(hotel=job.hotel, booking_id=job.booking_id) for job in jobs)
            facts = conversation.ask(GetManyMailFacts(bookings=bookings)).facts
            return [each or PermanentFailure("BOOKING_NOT_FOUND") for each in facts]
        except (Unavailable, Refusal):
            pass
    results: list[MailFacts | Exception] = []
    for job in jobs:
        try:
            results.append(_ask(conversation, GetMailFacts(hotel=job.hotel, booking_id=job.booking_id)))
        except PermanentFailure as refused:
            results.append(refused)
        except Unavailable as problem:
            behind = len(jobs) - len(results) - 1
            return [*results, problem, *([RetryLater("NO_MAIL_FACTS", seconds=SILENT_SECONDS)] * behind)]
    return results


def _mail(job: SendMail, facts: MailFacts | Exception, conversation: Conversation[NotifierWork]) -> Mail | Exception:
    """The rendered mail; a mail that cannot be rendered keeps no other one from its guest."""
    if isinstance(facts, Exception):
        return facts
    renderer: MailRenderer = conversation.dependencies.renderer
    try:
        return renderer.mail(job, facts)
    except Exception as problem:
        return problem


def _count(recipients: Mapping[str, str], conversation: Conversation[NotifierWork]) -> Mapping[str, PermanentFailure]:
    """Count mails before payment, by notice id; returns those whose recipient gets no further such mail now."""
    most = conversation.dependencies.settings.mails_before_payment
    if not recipients or not most:
        return {}
    with conversation.at_once() as work:
        permitted = work.mail_counts.add(recipients, most=most, now=work.now)
    return {notice_id: PermanentFailure("TOO_MANY_MAILS") for notice_id in recipients.keys() - permitted}


def _send_letter(
    conversation: JobConversation[NotifierWork], job: J, ask: Ask[T], render: Callable[[MailRenderer, J, T], Mail]
) -> str | Exception:
    with conversation.dependencies.mail_server.connect() as connection:
        mail = render(conversation.dependencies.renderer, job, _ask(conversation, ask))
        return _send(connection, mail, conversation)


def _send(
    connection: SmtpConnection, mail: Mail | Exception, conversation: JobConversation[NotifierWork]
) -> str | Exception:
    """The subject line of the mail that was sent, or why it was not."""
    if isinstance(mail, Exception):
        return mail
    if over := _lease_over(conversation):
        return over
    try:
        connection.send(mail)
    except (RetryLater, PermanentFailure) as problem:
        return problem
    return mail.subject


def _lease_over(conversation: JobConversation[NotifierWork]) -> RetryLater | None:
    """Why nothing more is sent; None while no other process can have the jobs."""
    return RetryLater("LEASE_OVER") if conversation.lease_may_be_over else None


def _ask(conversation: Conversation[NotifierWork], ask: Ask[T]) -> T:
    try:
        return conversation.ask(ask)
    except Refusal as refusal:
        raise PermanentFailure(refusal.code) from None
