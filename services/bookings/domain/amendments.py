"""Amendments of a booking by staff. Notes and the guest's contact change; the status does not."""

from dataclasses import replace
from typing import Any

from chassis.email_address import address_key
from contracts.bookings.amendments import AmendBooking, BookingAmended
from contracts.bookings.views import FieldChange
from contracts.data import Data
from contracts.fields import PROSE
from contracts.values import Actor
from services.bookings.domain.booking import Booking, Guest
from services.bookings.domain.creation import CONTACT, guest_errors, stored_contact
from services.bookings.domain.field_changes import field_change
from services.bookings.domain.validation import refuse_if, text_errors

NOTED = ("late_arrival_expected", "internal_notes", "special_requests")


class BookingAmendment(Data):
    """An amendment. Its event names the changed fields; no event carries their values.

    `changes` has the new values of the booking's fields, `history` each changed field before and after.
    `corrects_address` means that the guest's e-mail address is another one, and not only written in another way.
    """

    event: BookingAmended
    changes: dict[str, Any]
    history: tuple[FieldChange, ...]
    corrects_address: bool = False


def amend(booking: Booking, command: AmendBooking, *, by: Actor) -> BookingAmendment | None:
    """The amendment that the command makes, or None if no field changes. Refused `VALIDATION_ERROR`.

    Only the fields that change are checked.
    """
    noted = _differing(booking, {name: getattr(command, name) for name in NOTED})
    contact = _differing(booking.guest, _contact(command))
    notes = ((name, noted[name], PROSE) for name in ("internal_notes", "special_requests") if name in noted)
    errors = guest_errors(contact, email_required=bool(booking.guest.email)) + text_errors(*notes)
    refuse_if(errors, "This cannot be written so.")
    contact = _differing(booking.guest, stored_contact(contact))
    if not noted and not contact:
        return None
    history = (
        *(field_change(name, getattr(booking, name), value) for name, value in noted.items()),
        *(field_change(f"guest_{name}", getattr(booking.guest, name), value) for name, value in contact.items()),
    )
    event = BookingAmended(**booking.about, fields=tuple(each.field for each in history), by=by)
    guest = replace(booking.guest, **contact)
    corrects = address_key(guest.email) != address_key(booking.guest.email)
    changes = noted | ({"guest": guest} if contact else {})
    return BookingAmendment(event=event, changes=changes, history=history, corrects_address=corrects)


def _contact(command: AmendBooking) -> dict[str, str]:
    values = {name: getattr(command, f"guest_{name}") for name in CONTACT}
    return {name: value.strip() for name, value in values.items() if value is not None}


def _differing(present: Booking | Guest, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != getattr(present, name)}
