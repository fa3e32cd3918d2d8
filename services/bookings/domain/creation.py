"""Creation of a booking: as a draft, as a booking with held nights, or by staff as a confirmed booking."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from chassis.email_address import usable_address
from chassis.refusal import Refusal
from contracts.bookings.approval import BookingConfirmed, PaymentNotRequired
from contracts.bookings.asks import CreateBooking
from contracts.bookings.events import BookingDrafted, BookingEvent, BookingHeld
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.fields import EMAIL, NAME, PHONE, PROSE
from contracts.rooms.holds import Held
from contracts.values import SYSTEM, Actor, ActorKind, Caller
from services.bookings.domain import deadlines, local_time
from services.bookings.domain.agreed_terms import AgreedTerms
from services.bookings.domain.booking import Booking, Guest
from services.bookings.domain.booking_names import BookingNames
from services.bookings.domain.validation import FieldError, field_errors, refuse_if, text_errors

CONTACT = {"first_name": NAME, "last_name": NAME, "email": EMAIL, "phone": PHONE}
MOST_PEOPLE = 50
UNOPENED_HOLD = timedelta(minutes=5)

_COPIED = {field.name for field in fields(CreateBooking)} & {field.name for field in fields(Booking)} - {
    "guest",
    "source",
}


def check(command: CreateBooking, caller: Caller, *, email_required: bool = True) -> None:
    """Check the command's fields and the caller. Refused `VALIDATION_ERROR`, `PERMISSION_DENIED`, `HOTEL_NOT_FOUND`."""
    if caller.kind == "staff" and caller.hotel != command.hotel:
        raise Refusal("HOTEL_NOT_FOUND", "Hotel not found")
    if command.payment == "none" and caller.kind != "staff":
        raise Refusal("PERMISSION_DENIED", "Only the hotel's staff may book without a card.")
    errors = field_errors(
        (command.check_out <= command.check_in, "check_out", "must be after check_in"),
        (not 1 <= command.adults <= MOST_PEOPLE, "adults", f"must be 1 to {MOST_PEOPLE}"),
        (not 0 <= command.children <= MOST_PEOPLE, "children", f"must be 0 to {MOST_PEOPLE}"),
        (command.payment not in ("card", "none"), "payment", "must be card or none"),
        (command.payment == "none" and command.draft, "draft", "a booking without a card is confirmed at once"),
    )
    of_guest = guest_errors(vars(command.guest), email_required=email_required)
    texts = text_errors(("special_requests", command.special_requests, PROSE))
    refuse_if(of_guest + errors + texts, "This cannot be booked as it stands.")


def guest_errors(contact: Mapping[str, str], *, email_required: bool) -> list[FieldError]:
    """The errors in these fields of a guest's name and contact."""
    texts = {field: text.strip() for field, text in contact.items()}
    if not texts.get("email") and not email_required:
        texts.pop("email", None)
    return text_errors(*((f"guest.{field}", text, CONTACT[field]) for field, text in texts.items()))


def stored_contact(contact: Mapping[str, str]) -> dict[str, Any]:
    """These fields of a guest's name and contact as they are stored: without outer blanks, the address as sent to."""
    texts = {field: text.strip() for field, text in contact.items()}
    return texts | ({"email": usable_address(texts["email"])} if texts.get("email") else {})


def new_booking(command: CreateBooking, held: Held, names: BookingNames, *, caller: Caller, now: datetime) -> Booking:
    """The booking before its first event. Fields that the command and the booking share are copied."""
    return Booking(
        **{name: getattr(command, name) for name in _COPIED},
        id=names.booking_id,
        confirmation_number=names.confirmation_number,
        room_type_code=held.room_type_code,
        room_type_name=held.room_type_name,
        source=BookingSource.STAFF if caller.kind == "staff" else BookingSource.ONLINE,
        created_at=now,
        updated_at=now,
        checkout_deadline_at=local_time.closes_at(
            command.check_out, held.settings.standard_checkout_time, held.hotel.timezone
        ),
        guest=Guest(**stored_contact(vars(command.guest)), token_hash=names.token_hash),
        terms=AgreedTerms(hotel=held.hotel, settings=held.settings, price=held.price, policy=held.policy),
    )


def begin(booking: Booking, command: CreateBooking, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """The first events of a new booking. The booking is then a draft, held, or confirmed."""
    if command.draft:
        return (BookingDrafted(**_ordered(booking), by=by),)
    held = hold(booking, by=by, now=now)
    if command.payment == "none":
        return held, BookingConfirmed(**booking.about, confirmed_at=now, confirmed_by=by)
    return (held,)


def hold(booking: Booking, *, by: Actor, now: datetime) -> BookingHeld:
    """The event that holds the nights: for five minutes, and for `payment_hold_minutes` once a payment page is open.

    A hold by staff has the whole time at once.
    """
    pay_until = now + timedelta(minutes=booking.terms.settings.payment_hold_minutes)
    expires_at = pay_until if by.kind is ActorKind.STAFF else min(now + UNOPENED_HOLD, pay_until)
    return BookingHeld(**_ordered(booking), expires_at=expires_at, pay_until=pay_until, by=by)


def without_payment(booking: Booking, *, now: datetime) -> Sequence[BookingEvent]:
    """The events that follow the hold of a booking with a total of zero; no events for any other booking.

    The booking awaits approval or, at a hotel that requires none, is confirmed by the system.
    """
    if booking.status is not BookingStatus.PENDING_PAYMENT or not booking.total.is_zero:
        return ()
    if not booking.terms.settings.approval_required:
        return (BookingConfirmed(**booking.about, confirmed_at=now, confirmed_by=SYSTEM),)
    deadline = deadlines.approval_cutoff(booking, since=now)
    return (PaymentNotRequired(**booking.about, submitted_at=now, approval_deadline_at=deadline),)


def check_total(booking: Booking) -> None:
    """Check that a card can take the booking's total, or that the total is zero.

    Refused `TOTAL_BELOW_MINIMUM`, `TOTAL_ABOVE_MAXIMUM`.
    """
    problem = booking.terms.charge_limits.problem(booking.total)
    if problem:
        raise Refusal(*problem)


def _ordered(booking: Booking) -> dict[str, Any]:
    names = ("room_type_code", "check_in", "check_out", "adults", "children", "total", "source")
    return {**booking.about, **{name: getattr(booking, name) for name in names}}
