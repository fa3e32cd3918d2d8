"""A guest in house stays longer: when that may be, what is recorded once rooms has done it, and what it costs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from chassis.refusal import Refusal
from contracts.bookings import BookingEvent, BookingStatus, ExtendBooking, OverstayResolution, StayExtended
from contracts.rooms import Extended
from contracts.values import Price, Stay
from services.bookings.domain import local_time, overstays
from services.bookings.domain.booking import Booking, PendingAction, Terms

MOST_NIGHTS = 365


def may_extend(booking: Booking, command: ExtendBooking) -> date | None:
    """The new check-out date; None where the guest stays until then already.

    Refused `VALIDATION_ERROR`, `NOT_CHECKED_IN`.
    """
    if (command.new_check_out is None) == (command.add_nights is None):
        raise _invalid("new_checkout_date", "Give either new_checkout_date or add_nights.")
    if booking.status is not BookingStatus.IN_HOUSE:
        raise Refusal("NOT_CHECKED_IN", "Booking must be checked in to extend")
    if command.add_nights is not None:
        if not 1 <= command.add_nights <= MOST_NIGHTS:
            raise _invalid("add_nights", f"From 1 to {MOST_NIGHTS}.")
        return booking.check_out + timedelta(days=command.add_nights)
    if command.new_check_out is None or command.new_check_out < booking.check_out:
        raise _invalid("new_checkout_date", f"Must be after {booking.check_out}.")
    return None if command.new_check_out == booking.check_out else command.new_check_out


def extended(booking: Booking, action: PendingAction, reply: Extended, *, now: datetime) -> Sequence[BookingEvent]:
    """The guest keeps the room, owes the added nights, and overstays no longer where the new deadline lies ahead."""
    until = action.until or booking.check_out
    deadline = local_time.closes_at(until, booking.terms.settings.standard_checkout_time, booking.timezone)
    amount = reply.price.total
    fact = StayExtended(
        booking_id=booking.id,
        hotel=booking.hotel,
        room_number=reply.room.room_number,
        previous_check_out=booking.check_out,
        check_out=until,
        nights_added=Stay(booking.check_out, until).nights,
        checkout_deadline_at=deadline,
        amount=amount,
        total=booking.total + amount,
        balance_due=(booking.balance_due or booking.nothing) + amount,
        extended_at=action.started_at,
        extended_by=action.by,
    )
    told = overstays.live(booking)
    if told is None or deadline <= now:
        return (fact,)
    return fact, overstays.resolved(booking, told, OverstayResolution.EXTENDED, now)


def terms_with(terms: Terms, added: Price) -> Terms:
    """The booking's terms, with the price of the whole stay. The added nights carry the tax of their own day."""
    agreed = terms.price
    whole = replace(
        agreed,
        nights=(*agreed.nights, *added.nights),
        subtotal=agreed.subtotal + added.subtotal,
        discount=agreed.discount + added.discount,
        tax=agreed.tax + added.tax,
        total=agreed.total + added.total,
    )
    return replace(terms, price=whole)


def _invalid(field: str, message: str) -> Refusal:
    return Refusal("VALIDATION_ERROR", message, errors=[{"field": field, "message": message}])
