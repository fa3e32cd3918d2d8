"""Mails are written when they are sent: address, names and link are asked for then, and kept nowhere."""

from collections.abc import Callable, Sequence
from email.message import EmailMessage
from functools import partial
from typing import TypeVar

from chassis.refusal import PermanentFailure, Refusal
from chassis.transactions.conversation import Conversation
from contracts.bookings import GetLetter, GetLookupLetter, GetMailFacts, Letter, LookupLetter, MailFacts
from contracts.message import Ask
from contracts.notifier import NoticeGaveUp, NoticeSent
from services.notifier.domain import Posted, SendLookup, SendMail, SendMessage
from services.notifier.handlers.outcomes import reason_code
from services.notifier.lifecycle import LIFECYCLE, NoticeStatus
from services.notifier.mailer import Letters
from services.notifier.work import NotifierWork

T = TypeVar("T")


def send_mail(mails: Sequence[SendMail], conversation: Conversation[NotifierWork]) -> list[str]:
    """Write and send each; what its subject was. The server is reached first: no link is made for what cannot leave."""
    return [_sent(conversation, GetMailFacts(booking_id=mail.booking_id), partial(_letter, mail)) for mail in mails]


def send_message(messages: Sequence[SendMessage], conversation: Conversation[NotifierWork]) -> list[str]:
    """Send what staff wrote. Its subject is theirs, and told to nobody else."""
    for message in messages:
        ask = GetLetter(booking_id=message.booking_id, communication_id=message.notice_id)
        if message.medium == "sms":
            letter = _asked(conversation, ask)
            conversation.dependencies.texts.send(letter.recipient, letter.message)
        else:
            _sent(conversation, ask, partial(_message, message))
    return [""] * len(messages)


def send_lookup(lookups: Sequence[SendLookup], conversation: Conversation[NotifierWork]) -> list[str]:
    """Send somebody the links to their bookings."""
    return [_sent(conversation, GetLookupLetter(lookup_id=each.notice_id), partial(_lookup, each)) for each in lookups]


def mailed(mail: Posted, headline: str, work: NotifierWork) -> None:
    """The server took it."""
    work.notices.settle([mail.notice_id], LIFECYCLE.after(NoticeStatus.PENDING, NoticeSent), now=work.now)
    work.publish(
        NoticeSent(
            notice_id=mail.notice_id,
            booking_id=mail.booking_id,
            hotel=mail.hotel,
            occasion=mail.occasion,
            medium=mail.medium,
            headline=headline,
            sent_at=work.now,
        )
    )


def mail_gave_up(mail: Posted, why: str, work: NotifierWork) -> None:
    """It cannot be delivered."""
    code = reason_code(why)
    status = LIFECYCLE.after(NoticeStatus.PENDING, NoticeGaveUp)
    work.notices.settle([mail.notice_id], status, now=work.now, reason=code)
    work.publish(
        NoticeGaveUp(
            notice_id=mail.notice_id,
            booking_id=mail.booking_id,
            hotel=mail.hotel,
            occasion=mail.occasion,
            medium=mail.medium,
            reason_code=code,
            gave_up_at=work.now,
        )
    )


def _letter(mail: SendMail, facts: MailFacts, letters: Letters) -> EmailMessage:
    return letters.written(mail, facts)


def _message(message: SendMessage, letter: Letter, letters: Letters) -> EmailMessage:
    return letters.message(message, letter)


def _lookup(lookup: SendLookup, letter: LookupLetter, letters: Letters) -> EmailMessage:
    return letters.lookup(lookup, letter)


def _sent(conversation: Conversation[NotifierWork], ask: Ask[T], write: Callable[[T, Letters], EmailMessage]) -> str:
    with conversation.dependencies.mailer.opened() as post:
        letter = write(_asked(conversation, ask), conversation.dependencies.letters)
        post.send(letter)
    return str(letter["Subject"])


def _asked(conversation: Conversation[NotifierWork], ask: Ask[T]) -> T:
    try:
        return conversation.ask(ask)
    except Refusal as refused:
        raise PermanentFailure(refused.code) from None
