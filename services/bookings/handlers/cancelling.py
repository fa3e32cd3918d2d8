"""Cancelling: one transaction before the stay; in house a conversation with rooms, which takes the room back first."""

from chassis.transactions.conversation import KeyedConversation
from contracts.bookings import BookingDetail, BookingStatus, CancelBooking
from services.bookings.domain import calling_off, local_time, presenting
from services.bookings.domain.booking import ActionKind, Booking
from services.bookings.handlers import actions
from services.bookings.handlers.admission import locked, uncontested
from services.bookings.work import BookingsWork


def cancel_booking(command: CancelBooking, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Guest or staff call it off; payments and rooms hear of it and give back what is to be given back."""
    with conversation.transaction() as work:
        booking = locked(work, command, staff=False)
        if booking.status is not BookingStatus.IN_HOUSE:
            return _finished(conversation, work, _called_off(command, work, booking))
        calling_off.may_cancel(booking, command, caller=work.caller)
        begun = actions.begin(
            work,
            booking,
            ActionKind.CUT_SHORT,
            reason=command.reason,
            waive_fee=command.waive_fee,
            left_on=local_time.local_date(work.now, booking.timezone),
        )
    after: BookingDetail = actions.carry_out(
        conversation, begun, and_then=lambda work, booking: _finished(conversation, work, booking)
    )
    return after


def _called_off(command: CancelBooking, work: BookingsWork, booking: Booking) -> Booking:
    facts = calling_off.cancel(booking, command, caller=work.caller, now=work.now)
    if facts:
        uncontested(booking)
    reason = command.reason or None
    return work.record(booking, facts, by=work.caller.actor, why=command.reason, cancellation_reason=reason)


def _finished(conversation: KeyedConversation[BookingsWork], work: BookingsWork, booking: Booking) -> BookingDetail:
    reply: BookingDetail = conversation.finish(work, presenting.detail(booking, now=work.now))
    return reply
