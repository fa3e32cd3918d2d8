"""A fact was heard: what it shows and the mail it occasions are owed, and noted as notices."""

from contracts.message import Envelope, Event
from contracts.rooms import AvailabilityChanged, InventoryHeld, InventoryReleased
from services.notifier import domain
from services.notifier.domain import PushNotice, SendMail
from services.notifier.store import Notice
from services.notifier.work import NotifierWork


def tell(event: Event, work: NotifierWork) -> None:
    """Owe the push and the mail about this fact, where the tables have any."""
    envelope = _cause(work)
    push = domain.push_about(event, envelope, legacy=work.tools.settings.with_legacy_channels)
    mail = domain.mail_about(event, envelope)
    notices = [_noted(owed, envelope) for owed in (push, mail) if owed is not None]
    work.notices.add(notices, now=work.now)
    if push is not None:
        work.owe(push, key=f"push/{push.notice_id}")
    if mail is not None:
        work.owe(mail, key=f"mail/{mail.booking_id}/{mail.occasion}/{mail.event_id}")


def tell_availability(_: InventoryHeld | InventoryReleased | AvailabilityChanged, work: NotifierWork) -> None:
    """Owe the push that tells of the hotel's availability at the end of this second."""
    due, at = domain.availability_due(_cause(work), now=work.now)
    push = domain.availability_notice(due)
    notice = Notice(
        id=push.notice_id,
        medium="push",
        occasion=push.occasion,
        hotel=push.hotel,
        booking_id="",
        event_id=due.event_id,
        subject=push.subject,
        sequence=push.sequence,
    )
    work.notices.add([notice], now=work.now)
    work.owe(due, key=f"availability/{due.hotel}/{due.second}", not_before=at)


def _noted(owed: PushNotice | SendMail, envelope: Envelope) -> Notice:
    return Notice(
        id=owed.notice_id,
        medium="push" if isinstance(owed, PushNotice) else "mail",
        occasion=owed.occasion,
        hotel=owed.hotel,
        booking_id=owed.booking_id,
        event_id=envelope.id,
        subject=owed.subject if isinstance(owed, PushNotice) else envelope.subject,
        sequence=envelope.sequence,
    )


def _cause(work: NotifierWork) -> Envelope:
    if work.cause is None:
        raise RuntimeError("a fact is told of only while it is being heard")
    return work.cause
