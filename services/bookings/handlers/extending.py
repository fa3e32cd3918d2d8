"""Letting a guest in house stay longer: a conversation with rooms, harmless to ask again."""

from typing import Any

from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings import BookingDetail, ExtendBooking
from services.bookings.domain import extending, presenting
from services.bookings.domain.booking import ActionKind, Booking
from services.bookings.handlers import actions
from services.bookings.handlers.admission import locked
from services.bookings.work import BookingsWork


def extend_booking(command: ExtendBooking, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """The room is the guest's at once, and what the added nights cost is owed."""
    with conversation.transaction() as work:
        booking = locked(work, command)
        until = extending.may_extend(booking, command)
        if until is None:
            return _finished(conversation, work, booking)
        begun = actions.begin(work, booking, ActionKind.EXTEND, until=until)

    def told(work: BookingsWork, booking: Booking) -> BookingDetail | None:
        return _finished(conversation, work, booking) if booking.check_out >= until else None

    after: BookingDetail | None = actions.carry_out(conversation, begun, and_then=told)
    if after is None:
        raise Refusal("BOOKING_ENDED", "The stay ended meanwhile; the nights are given back.")
    return after


def _finished(conversation: KeyedConversation[BookingsWork], work: Any, booking: Booking) -> BookingDetail:
    reply: BookingDetail = conversation.finish(work, presenting.detail(booking, now=work.now))
    return reply
