"""Extend: a guest in house stays for more nights in the same room and owes the price of these nights."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

from chassis.refusal import Refusal
from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.events import BookingEvent
from contracts.bookings.extensions import ExtendBooking, StayExtended
from contracts.bookings.overstays import OverstayResolution
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail
from contracts.rooms.extensions import Extended, ExtendStay
from contracts.values import Stay
from services.bookings.domain import local_time, money_due, overstays
from services.bookings.domain.booking import Booking
from services.bookings.domain.extended_prices import whole_price
from services.bookings.domain.pending_action import ActionKind, PendingAction
from services.bookings.domain.validation import invalid
from services.bookings.lifecycle import LIFECYCLE
from services.bookings.steps import pending_actions
from services.bookings.steps.pending_actions import TwoStepAction
from services.bookings.work import BookingsWork

MOST_NIGHTS = 365


def extend_booking(command: ExtendBooking, conversation: KeyedConversation[BookingsWork]) -> BookingDetail:
    """Extend the stay of a guest in house. Raises the refusals of `new_check_out` and of the rooms service.

    Refused `BOOKING_ENDED` where the stay ends before the reply of the rooms service is stored.
    """

    def decide(booking: Booking, _: BookingsWork) -> dict[str, date] | None:
        until = new_check_out(booking, command)
        return None if until is None else {"until": until}

    return pending_actions.run(conversation, command, EXTEND, decide)


def new_check_out(booking: Booking, command: ExtendBooking) -> date | None:
    """The new check-out date, or None if the date does not change. Refused `VALIDATION_ERROR`, `NOT_CHECKED_IN`."""
    if (command.new_check_out is None) == (command.add_nights is None):
        raise invalid("new_checkout_date", "Give either new_checkout_date or add_nights.")
    if booking.status is not BookingStatus.IN_HOUSE:
        raise Refusal("NOT_CHECKED_IN", "Booking must be checked in to extend")
    if command.add_nights is not None:
        if not 1 <= command.add_nights <= MOST_NIGHTS:
            raise invalid("add_nights", f"From 1 to {MOST_NIGHTS}.")
        return booking.check_out + timedelta(days=command.add_nights)
    if command.new_check_out is None or command.new_check_out < booking.check_out:
        raise invalid("new_checkout_date", f"Must be after {booking.check_out}.")
    return None if command.new_check_out == booking.check_out else command.new_check_out


def _ask(booking: Booking, intent: PendingAction) -> ExtendStay:
    until = intent.until or booking.check_out
    expected = intent.change.total - booking.total if intent.change else None
    return ExtendStay(action_id=intent.id, **booking.about, until=until, party=booking.party, expected=expected)


def _end(booking: Booking, intent: PendingAction, reply: Extended, work: BookingsWork) -> Booking:
    """The extended booking. If the stay has ended meanwhile, the booking gets a pending release of the added nights."""
    if not LIFECYCLE.allows(booking.status, StayExtended):
        undo = PendingAction(id=uuid4().hex, kind=ActionKind.RELEASE, by=intent.by, started_at=work.now)
        return work.bookings.begin_action(work.note(booking, pending=None), undo)
    events = _extended(booking, intent, reply, now=work.now)
    terms = replace(booking.terms, price=whole_price(booking.terms.price, reply.price))
    return work.record(booking, events, by=intent.by, pending=None, terms=terms)


def _extended(booking: Booking, intent: PendingAction, reply: Extended, *, now: datetime) -> Sequence[BookingEvent]:
    """Return `StayExtended`, and `OverstayResolved` where a live incident gets a check-out deadline in the future."""
    until = intent.until or booking.check_out
    deadline = local_time.closes_at(until, booking.terms.settings.standard_checkout_time, booking.timezone)
    amount = reply.price.total
    after = money_due.owing(booking, amount)
    extended = StayExtended(
        **booking.about,
        room_number=reply.room.room_number,
        previous_check_out=booking.check_out,
        check_out=until,
        nights_added=Stay(booking.check_out, until).nights,
        checkout_deadline_at=deadline,
        amount=amount,
        total=booking.total + amount,
        balance_due=after.due,
        refund_at_desk=after.refund_at_desk,
        extended_at=intent.started_at,
        extended_by=intent.by,
    )
    incident = overstays.live(booking)
    if incident is None or deadline <= now:
        return (extended,)
    return extended, overstays.resolved(booking, incident, OverstayResolution.EXTENDED, now)


EXTEND = TwoStepAction(ActionKind.EXTEND, _ask, _end)
