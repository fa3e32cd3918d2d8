"""Communications: messages and notes by staff, and the delivery of every notice about a booking."""

from uuid import uuid4

from chassis.email_address import address_key
from chassis.refusal import Refusal
from contracts.bookings.communications import (
    Communicate,
    Communication,
    Communications,
    GetLetter,
    Letter,
    ListCommunications,
)
from contracts.notifier.events import NoticeGaveUp, NoticeSent
from services.bookings.domain import access, communications
from services.bookings.steps import access_codes
from services.bookings.steps.booking_access import locked, visible
from services.bookings.work import BookingsWork


def communicate(command: Communicate, work: BookingsWork) -> Communication:
    """Store the message or note. The notifier sends a message when the event reaches the notifier."""
    booking = locked(work, command)
    by = work.caller.actor
    new = communications.begin(booking, command, str(uuid4()), by=by, now=work.now, sms=work.dependencies.sms)
    after = work.record(booking, (new.event,), by=by)
    work.communications.add(after, new.communication)
    return new.communication


def list_communications(query: ListCommunications, work: BookingsWork) -> Communications:
    """A page of the booking's communications, newest first."""
    booking = visible(work, hotel=query.hotel, booking_id=query.booking_id)
    access.staff_only(work.caller)
    return work.communications.page(booking, query.page)


def get_letter(command: GetLetter, work: BookingsWork) -> Letter:
    """The text and recipient of a message. Only a mail to the guest's own address carries a link to the booking."""
    access.system_only(work.caller)
    booking = work.bookings.find(command.hotel, command.booking_id)
    communication = work.communications.find(booking, command.communication_id) if booking else None
    if booking is None or communication is None:
        raise Refusal("COMMUNICATION_NOT_FOUND", "There is no such communication.")
    own = address_key(communication.recipient) == address_key(booking.guest.email)
    facts = access_codes.mail_facts(booking, work, with_code=own)
    return Letter(
        recipient=communication.recipient, subject=communication.subject, message=communication.message, facts=facts
    )


def notice_sent(event: NoticeSent, work: BookingsWork) -> None:
    """Store that a notice was sent."""
    work.event_effects.deliver(event, _booking_ids(event, work), at=event.sent_at, failure=None)


def notice_gave_up(event: NoticeGaveUp, work: BookingsWork) -> None:
    """Store that a notice could not be sent."""
    work.event_effects.deliver(event, _booking_ids(event, work), at=event.gave_up_at, failure=event.reason_code)


def _booking_ids(event: NoticeSent | NoticeGaveUp, work: BookingsWork) -> tuple[str, ...]:
    """The ids of the bookings that a notice is about: one, or several for a lookup mail."""
    return (event.booking_id,) if event.booking_id else work.lookups.bookings_in(event.hotel, event.notice_id)
