"""Amendments of a booking by staff. Notes and the guest's contact change; the status does not."""

from dataclasses import replace
from typing import Any

from contracts.bookings.amendments import AmendBooking, BookingAmended
from contracts.data import Data
from contracts.values import Actor
from services.bookings.domain.booking import Booking, Guest
from services.bookings.domain.creation import LONGEST_NOTE, guest_errors
from services.bookings.domain.validation import field_errors, refuse_if

NOTED = ("late_arrival_expected", "internal_notes", "special_requests")
CONTACT = ("first_name", "last_name", "email", "phone")


class BookingAmendment(Data):
    """An amendment. Its event names the changed fields; `changes` has their new values, which no event carries."""

    event: BookingAmended
    changes: dict[str, Any]


def amend(booking: Booking, command: AmendBooking, *, by: Actor) -> BookingAmendment | None:
    """The amendment that the command makes, or None if no field changes. Refused `VALIDATION_ERROR`."""
    noted = _differing(booking, {name: getattr(command, name) for name in NOTED})
    contact = _differing(booking.guest, {name: _contact(command, name) for name in CONTACT})
    guest = replace(booking.guest, **contact)
    _check(noted, guest)
    if not noted and not contact:
        return None
    event = BookingAmended(**booking.about, fields=(*noted, *(f"guest_{name}" for name in contact)), by=by)
    return BookingAmendment(event=event, changes=noted | ({"guest": guest} if contact else {}))


def _contact(command: AmendBooking, name: str) -> str | None:
    value: str | None = getattr(command, f"guest_{name}")
    return None if value is None else value.strip()


def _differing(present: Booking | Guest, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != getattr(present, name)}


def _check(noted: dict[str, Any], guest: Guest) -> None:
    too_long = f"at most {LONGEST_NOTE} characters"
    notes = ("internal_notes", "special_requests")
    errors = field_errors(*((len(noted.get(name, "")) > LONGEST_NOTE, name, too_long) for name in notes))
    refuse_if(guest_errors(guest) + errors, "This cannot be written so.")
