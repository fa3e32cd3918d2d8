"""Handlers of the mail jobs. Recipients and names are read from the bookings service at sending, never stored."""

from collections.abc import Callable, Sequence
from email.message import EmailMessage
from typing import TypeVar

from chassis.refusal import PermanentFailure, Refusal
from chassis.transactions.conversation import Conversation
from contracts.bookings.communications import GetLetter, GetMailFacts
from contracts.bookings.lookups import GetLookupLetter
from contracts.message import Ask
from services.notifier.domain.jobs import SendLookup, SendMail, SendMessage, SendToGuest
from services.notifier.mailer.renderer import MailRenderer
from services.notifier.work import NotifierWork

J = TypeVar("J", bound=SendToGuest)
T = TypeVar("T")


def send_mails(jobs: Sequence[SendMail], conversation: Conversation[NotifierWork]) -> list[str]:
    """Send each mail; returns the subject lines. While the mail server is down, no one-time code is issued."""
    return [
        _send(conversation, job, GetMailFacts(hotel=job.hotel, booking_id=job.booking_id), MailRenderer.mail)
        for job in jobs
    ]


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
