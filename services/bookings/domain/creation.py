"""How a booking begins: drafted, held, or confirmed at once by staff; and how a draft is submitted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.refusal import Refusal
from contracts.bookings import (
    BookingConfirmed,
    BookingDrafted,
    BookingEvent,
    BookingHeld,
    BookingSource,
    BookingStatus,
    CreateBooking,
    GuestDetails,
)
from contracts.rooms.holds import Held
from contracts.values import Actor, Caller
from services.bookings.domain import local_time
from services.bookings.domain.booking import Booking, Guest, Terms
from services.bookings.lifecycle import ENDED

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}\.[^@\s.]{2,63}")
LONGEST_NAME, LONGEST_PHONE, LONGEST_NOTE = 100, 40, 2000
MOST_PEOPLE = 50


@dataclass(frozen=True, kw_only=True)
class Names:
    """What a new booking is called, and what its guest proves themselves with (hashed)."""

    booking_id: str
    confirmation_number: str
    token_hash: str


def check(command: CreateBooking, caller: Caller) -> None:
    """Refuse what cannot be booked, whatever is free. `VALIDATION_ERROR`, `PERMISSION_DENIED`, `HOTEL_NOT_FOUND`."""
    if caller.kind == "staff" and caller.hotel != command.hotel:
        raise Refusal("HOTEL_NOT_FOUND", "Hotel not found")
    if command.payment == "none" and caller.kind != "staff":
        raise Refusal("PERMISSION_DENIED", "Only the hotel's staff may book without a card.")
    errors = [*guest_errors(command.guest), *_stay_errors(command)]
    if command.payment not in ("card", "none"):
        errors.append({"field": "payment", "message": "must be card or none"})
    if command.payment == "none" and command.draft:
        errors.append({"field": "draft", "message": "a booking without a card is confirmed at once"})
    if len(command.special_requests) > LONGEST_NOTE:
        errors.append({"field": "special_requests", "message": f"at most {LONGEST_NOTE} characters"})
    if errors:
        raise Refusal("VALIDATION_ERROR", "This cannot be booked as it stands.", errors=errors)


def guest_errors(guest: GuestDetails | Guest) -> list[dict[str, str]]:
    """What is wrong with a guest's name and contact, field by field."""
    errors = []
    for field, value in (("first_name", guest.first_name), ("last_name", guest.last_name)):
        if not value.strip() or len(value) > LONGEST_NAME:
            errors.append({"field": f"guest.{field}", "message": f"must have 1 to {LONGEST_NAME} characters"})
    if not EMAIL.fullmatch(guest.email.strip()):
        errors.append({"field": "guest.email", "message": "must be an e-mail address"})
    if len(guest.phone) > LONGEST_PHONE:
        errors.append({"field": "guest.phone", "message": f"at most {LONGEST_PHONE} characters"})
    return errors


def _stay_errors(command: CreateBooking) -> list[dict[str, str]]:
    errors = []
    if command.check_out <= command.check_in:
        errors.append({"field": "check_out", "message": "must be after check_in"})
    if not 1 <= command.adults <= MOST_PEOPLE:
        errors.append({"field": "adults", "message": f"must be 1 to {MOST_PEOPLE}"})
    if not 0 <= command.children <= MOST_PEOPLE:
        errors.append({"field": "children", "message": f"must be 0 to {MOST_PEOPLE}"})
    return errors


def proposed(command: CreateBooking, held: Held, names: Names, *, caller: Caller, now: datetime) -> Booking:
    """The booking to which nothing has happened yet."""
    guest = command.guest
    return Booking(
        id=names.booking_id,
        confirmation_number=names.confirmation_number,
        hotel=command.hotel,
        room_type_code=held.room_type_code,
        room_type_name=held.room_type_name,
        check_in=command.check_in,
        check_out=command.check_out,
        adults=command.adults,
        children=command.children,
        source=BookingSource.STAFF if caller.kind == "staff" else BookingSource.ONLINE,
        created_at=now,
        updated_at=now,
        checkout_deadline_at=local_time.closes_at(
            command.check_out, held.settings.standard_checkout_time, held.hotel.timezone
        ),
        guest=Guest(
            first_name=guest.first_name.strip(),
            last_name=guest.last_name.strip(),
            email=guest.email.strip(),
            phone=guest.phone.strip(),
            token_hash=names.token_hash,
        ),
        terms=Terms(hotel=held.hotel, settings=held.settings, price=held.price, policy=held.policy),
        special_requests=command.special_requests,
    )


def begin(booking: Booking, command: CreateBooking, *, by: Actor, now: datetime) -> Sequence[BookingEvent]:
    """The first facts of a booking."""
    if command.draft:
        return (
            BookingDrafted(
                booking_id=booking.id,
                hotel=booking.hotel,
                room_type_code=booking.room_type_code,
                check_in=booking.check_in,
                check_out=booking.check_out,
                adults=booking.adults,
                children=booking.children,
                total=booking.total,
                source=booking.source,
                by=by,
            ),
        )
    held = hold(booking, by=by, now=now)
    if command.payment == "none":
        return held, BookingConfirmed(booking_id=booking.id, hotel=booking.hotel, confirmed_at=now, confirmed_by=by)
    return (held,)


def hold(booking: Booking, *, by: Actor, now: datetime) -> BookingHeld:
    """The nights are the booking's; the guest has the hotel's minutes to pay."""
    return BookingHeld(
        booking_id=booking.id,
        hotel=booking.hotel,
        room_type_code=booking.room_type_code,
        check_in=booking.check_in,
        check_out=booking.check_out,
        adults=booking.adults,
        children=booking.children,
        total=booking.total,
        expires_at=now + timedelta(minutes=booking.terms.settings.payment_hold_minutes),
        source=booking.source,
        by=by,
    )


def may_submit(booking: Booking) -> bool:
    """Whether a draft is to be held; False where it already is. Refused `BOOKING_ENDED`, `ILLEGAL_TRANSITION`."""
    if booking.status is BookingStatus.PENDING_PAYMENT:
        return False
    if booking.status in ENDED:
        raise Refusal("BOOKING_ENDED", "This booking has ended.")
    if booking.status is not BookingStatus.DRAFT:
        raise Refusal("ILLEGAL_TRANSITION", "This booking has been submitted and paid for already.")
    return True
