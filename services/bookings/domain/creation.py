"""Creation of a booking: as a draft, as a booking with held nights, or by staff as a confirmed booking."""

import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from chassis.refusal import Refusal
from contracts.bookings.approval import BookingConfirmed
from contracts.bookings.asks import CreateBooking
from contracts.bookings.events import BookingDrafted, BookingEvent, BookingHeld
from contracts.bookings.status import BookingSource
from contracts.bookings.views import GuestDetails
from contracts.rooms.holds import Held
from contracts.values import Actor, Caller
from services.bookings.domain import local_time
from services.bookings.domain.booking import AgreedTerms, Booking, Guest
from services.bookings.domain.booking_names import BookingNames
from services.bookings.domain.validation import FieldError, field_errors, refuse_if

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}\.[^@\s.]{2,63}")
LONGEST_NAME, LONGEST_PHONE, LONGEST_NOTE = 100, 40, 2000
MOST_PEOPLE = 50

_COPIED = {field.name for field in fields(CreateBooking)} & {field.name for field in fields(Booking)} - {
    "guest",
    "source",
}


def check(command: CreateBooking, caller: Caller) -> None:
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
        (len(command.special_requests) > LONGEST_NOTE, "special_requests", f"at most {LONGEST_NOTE} characters"),
    )
    refuse_if(guest_errors(command.guest) + errors, "This cannot be booked as it stands.")


def guest_errors(guest: GuestDetails | Guest) -> list[FieldError]:
    """The errors in a guest's name and contact."""
    names = (("first_name", guest.first_name), ("last_name", guest.last_name))
    length = f"must have 1 to {LONGEST_NAME} characters"
    return field_errors(
        *((not name.strip() or len(name) > LONGEST_NAME, f"guest.{field}", length) for field, name in names),
        (not EMAIL.fullmatch(guest.email.strip()), "guest.email", "must be an e-mail address"),
        (len(guest.phone) > LONGEST_PHONE, "guest.phone", f"at most {LONGEST_PHONE} characters"),
    )


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
        guest=_guest(command.guest, token_hash=names.token_hash),
        terms=AgreedTerms(hotel=held.hotel, settings=held.settings, price=held.price, policy=held.policy),
    )


def _guest(guest: GuestDetails, *, token_hash: str) -> Guest:
    return Guest(
        first_name=guest.first_name.strip(),
        last_name=guest.last_name.strip(),
        email=guest.email.strip(),
        phone=guest.phone.strip(),
        token_hash=token_hash,
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
    """The event that holds the nights for the hotel's `payment_hold_minutes`."""
    expires_at = now + timedelta(minutes=booking.terms.settings.payment_hold_minutes)
    return BookingHeld(**_ordered(booking), expires_at=expires_at, by=by)


def _ordered(booking: Booking) -> dict[str, Any]:
    names = ("room_type_code", "check_in", "check_out", "adults", "children", "total", "source")
    return {**booking.about, **{name: getattr(booking, name) for name in names}}
