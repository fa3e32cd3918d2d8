"""Mails are written when they are sent: address, names and link are asked for then, and kept nowhere."""

from collections.abc import Sequence

from chassis.refusal import Hopeless, Refusal
from chassis.transact import Desk
from contracts.bookings import GetMailFacts
from contracts.notifier import NoticeGaveUp, NoticeSent
from services.notifier.domain import SendMail
from services.notifier.handlers.outcomes import SENT, Outcome, reason_code
from services.notifier.lifecycle import LIFECYCLE, NoticeStatus
from services.notifier.work import NotifierWork


def send_mail(mails: Sequence[SendMail], desk: Desk) -> list[Outcome]:
    """Write and send each. The server is reached first, so that no link is made for a mail that cannot leave."""
    for mail in mails:
        with desk.tools.mailer.opened() as post:
            try:
                facts = desk.ask(GetMailFacts(booking_id=mail.booking_id))
            except Refusal as refused:
                raise Hopeless(refused.code) from None
            post.send(desk.tools.letters.written(mail, facts))
    return [SENT] * len(mails)


def mailed(mail: SendMail, _: Outcome, work: NotifierWork) -> None:
    """The server took it."""
    work.notices.settle([mail.notice_id], LIFECYCLE.after(NoticeStatus.PENDING, NoticeSent), now=work.now)
    work.publish(
        NoticeSent(
            notice_id=mail.notice_id,
            booking_id=mail.booking_id,
            hotel=mail.hotel,
            occasion=mail.occasion,
            medium="mail",
            sent_at=work.now,
        )
    )


def mail_gave_up(mail: SendMail, why: str, work: NotifierWork) -> None:
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
            medium="mail",
            reason_code=code,
            gave_up_at=work.now,
        )
    )
