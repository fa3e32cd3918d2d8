"""Staff write to a guest or note what was said; the notifier asks for the text when it sends it."""

from uuid import uuid4

from chassis.refusal import Refusal
from contracts.bookings import Communicate, Communication, Communications, GetLetter, Letter, ListCommunications
from contracts.notifier import NoticeGaveUp, NoticeSent
from services.bookings.domain import access, communicating
from services.bookings.handlers.access import mail_facts
from services.bookings.handlers.admission import locked, seen
from services.bookings.work import BookingsWork


def communicate(command: Communicate, work: BookingsWork) -> Communication:
    """Keep it, and where it is to be sent have the notifier hear of it."""
    booking = locked(work, command)
    by = work.caller.actor
    begun = communicating.begin(booking, command, str(uuid4()), by=by, now=work.now, sms=work.dependencies.sms)
    after = work.record(booking, (begun.fact,), by=by)
    work.communications.add(after, begun.kept)
    return begun.kept


def list_communications(query: ListCommunications, work: BookingsWork) -> Communications:
    """A booking's communications, newest first."""
    booking = seen(work, hotel=query.hotel, booking_id=query.booking_id)
    access.staff_only(work.caller)
    return work.communications.listed(booking, query.page)


def get_letter(command: GetLetter, work: BookingsWork) -> Letter:
    """What is to be sent, and whom to. A link that opens the booking goes to the guest's own address only."""
    access.system_only(work.caller)
    booking = work.bookings.find(command.booking_id)
    kept = work.communications.find(command.booking_id, command.communication_id)
    if booking is None or kept is None:
        raise Refusal("COMMUNICATION_NOT_FOUND", "There is no such communication.")
    own = kept.recipient.lower() == booking.guest.email.lower()
    facts = mail_facts(booking, work, with_code=own)
    return Letter(recipient=kept.recipient, subject=kept.subject, message=kept.message, facts=facts)


def note_sent(fact: NoticeSent, work: BookingsWork) -> None:
    """A notice went out: log and timeline say so."""
    work.communications.note_notice(
        fact.notice_id,
        _whose(fact, work),
        occasion=fact.occasion,
        medium=fact.medium,
        subject=fact.headline,
        at=fact.sent_at,
        failure=None,
    )


def note_given_up(fact: NoticeGaveUp, work: BookingsWork) -> None:
    """A notice did not go out: log and timeline say so."""
    work.communications.note_notice(
        fact.notice_id,
        _whose(fact, work),
        occasion=fact.occasion,
        medium=fact.medium,
        subject=fact.headline,
        at=fact.gave_up_at,
        failure=fact.reason_code,
    )


def _whose(fact: NoticeSent | NoticeGaveUp, work: BookingsWork) -> tuple[str, ...]:
    """The bookings that a notice is about: one as a rule, a lookup's mail may name several."""
    return (fact.booking_id,) if fact.booking_id else work.lookups.bookings_in(fact.notice_id)
