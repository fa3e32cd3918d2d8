"""Handlers of events: each adds the notices that an event causes, and enqueues the jobs that send them."""

from datetime import datetime

from contracts.bookings.communications import CommunicationRequested, CommunicationType
from contracts.bookings.guest_access import GuestTokenRevoked
from contracts.bookings.lookups import LookupRequested
from contracts.message import Envelope, Event
from contracts.rooms.events import AvailabilityChanged, InventoryExtended, InventoryHeld, InventoryReleased
from services.notifier.domain.availability import availability_job, availability_push
from services.notifier.domain.channel_authorisation import user_id
from services.notifier.domain.jobs import EndConnections, NoticeJob, SendLookup, SendMessage, job_key
from services.notifier.domain.notice_mapping import mail_for, push_for
from services.notifier.domain.notices import Notice, guest_notice, push_notice
from services.notifier.work import NotifierWork


def enqueue_notices(event: Event, work: NotifierWork) -> None:
    """Look up which push and which mail belong to the event, store them, and enqueue their jobs."""
    envelope = _cause(work)
    push = push_for(event, envelope, legacy=work.dependencies.settings.with_legacy_channels)
    mail = mail_for(event, envelope)
    if push is not None:
        _enqueue(push, push_notice(push, event_id=envelope.id), work)
    if mail is not None:
        _enqueue(mail, guest_notice(mail, envelope), work)


def enqueue_availability_push(
    _: InventoryHeld | InventoryExtended | InventoryReleased | AvailabilityChanged, work: NotifierWork
) -> None:
    """Enqueue the push of the hotel's availability, due at the end of this second."""
    job, due_at = availability_job(_cause(work), now=work.now)
    _enqueue(job, push_notice(availability_push(job), event_id=job.event_id), work, not_before=due_at)


def enqueue_message(event: CommunicationRequested, work: NotifierWork) -> None:
    """Enqueue a staff message. The notice has the id of the communication, as the bookings service expects."""
    envelope = _cause(work)
    message = SendMessage(
        notice_id=event.communication_id,
        booking_id=event.booking_id,
        hotel=event.hotel,
        occasion="message",
        event_id=envelope.id,
        medium="sms" if event.communication_type is CommunicationType.SMS else "mail",
    )
    _enqueue(message, guest_notice(message, envelope), work)


def enqueue_lookup_mail(event: LookupRequested, work: NotifierWork) -> None:
    """Enqueue the mail with the links to a guest's bookings."""
    envelope = _cause(work)
    mail = SendLookup(
        notice_id=event.lookup_id, booking_id="", hotel=event.hotel, occasion="lookup", event_id=envelope.id
    )
    _enqueue(mail, guest_notice(mail, envelope), work)


def end_guest_connections(event: GuestTokenRevoked, work: NotifierWork) -> None:
    """Enqueue the end of the guest's realtime connections, so that the old token's holder receives nothing more.

    A guest whose e-mail address was corrected gets a mail with the new link.
    """
    guest = user_id(staff_id=None, booking_id=event.booking_id)
    work.enqueue(EndConnections(user_id=guest), key=f"end/{guest}/{event.generation}")
    enqueue_notices(event, work)


def _enqueue(job: NoticeJob, notice: Notice, work: NotifierWork, *, not_before: datetime | None = None) -> None:
    work.new_notices.append(notice)
    work.enqueue(job, key=job_key(notice.notice_id), not_before=not_before)


def _cause(work: NotifierWork) -> Envelope:
    if work.cause is None:
        raise RuntimeError("a handler of events runs in the transaction of an event only")
    return work.cause
