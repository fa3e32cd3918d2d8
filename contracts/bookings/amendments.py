"""Amendments of a booking by staff: notes and guest contact."""

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent
from contracts.values import Actor


class AmendBooking(BookingCommand):
    """Change the notes and the guest contact of a booking. A field that is None keeps its value."""

    late_arrival_expected: bool | None = None
    internal_notes: str | None = None
    special_requests: str | None = None
    guest_first_name: str | None = None
    guest_last_name: str | None = None
    guest_email: str | None = None
    guest_phone: str | None = None


class MarkSeen(BookingCommand):
    """Mark a new booking as seen by staff."""


class BookingAmended(BookingEvent):
    """Staff changed notes or guest contact; the event carries the names of the changed fields, never their contents."""

    fields: tuple[str, ...]
    by: Actor
