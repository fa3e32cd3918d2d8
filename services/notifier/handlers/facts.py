"""A fact was heard: what it shows and the mail it occasions are owed, and noted as notices."""

from contracts.bookings import CommunicationRequested, CommunicationType, LookupRequested
from contracts.message import Envelope, Event
from contracts.rooms import AvailabilityChanged, InventoryHeld, InventoryReleased
from services.notifier import domain
from services.notifier.domain import Posted, PushNotice, SendLookup, SendMessage
from services.notifier.store import Notice
from services.notifier.work import NotifierWork


def tell(event: Event, work: NotifierWork) -> None:
    """Owe the push and the mail about this fact, where the tables have any."""
    envelope = _cause(work)
    push = domain.push_about(event, envelope, legacy=work.dependencies.settings.with_legacy_channels)
    mail = domain.mail_about(event, envelope)
    notices = [_noted(owed, envelope) for owed in (push, mail) if owed is not None]
    work.notices.add(notices, now=work.now)
    if push is not None:
        work.enqueue(push, key=domain.key_of(push.notice_id))
    if mail is not None:
        work.enqueue(mail, key=domain.key_of(mail.notice_id))


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
    work.enqueue(due, key=domain.key_of(due.notice_id), not_before=at)


def request_message(fact: CommunicationRequested, work: NotifierWork) -> None:
    """Owe the sending of what staff wrote; the communication's id is the notice's, by which bookings knows it again."""
    medium = "sms" if fact.communication_type is CommunicationType.SMS else "mail"
    about = {"booking_id": fact.booking_id, "hotel": fact.hotel, "occasion": "message", "medium": medium}
    _post(SendMessage(notice_id=fact.communication_id, event_id=_cause(work).id, **about), work)


def request_lookup(fact: LookupRequested, work: NotifierWork) -> None:
    """Owe the mail with the links that somebody asked for."""
    about = {"booking_id": "", "hotel": fact.hotel, "occasion": "lookup"}
    _post(SendLookup(notice_id=fact.lookup_id, event_id=_cause(work).id, **about), work)


def _post(owed: SendMessage | SendLookup, work: NotifierWork) -> None:
    work.notices.add([_noted(owed, _cause(work))], now=work.now)
    work.enqueue(owed, key=domain.key_of(owed.notice_id))


def _noted(owed: PushNotice | Posted, envelope: Envelope) -> Notice:
    return Notice(
        id=owed.notice_id,
        medium="push" if isinstance(owed, PushNotice) else owed.medium,
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
