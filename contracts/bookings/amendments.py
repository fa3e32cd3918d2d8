"""Amendments of a booking by staff: notes and guest contact."""

from contracts.bookings.asks import BookingCommand
from contracts.bookings.events import BookingEvent
from contracts.values import Actor


class AmendBooking(BookingCommand):
    """Change the notes and the guest contact of a booking, or lock its room. A field that is None keeps its value.

    A change of `room_locked` is refused `NO_ROOM_ASSIGNED`, `BOOKING_ALREADY_CHECKED_IN`,
    `BOOKING_STATUS_NOT_ASSIGNABLE`, `ACTION_IN_PROGRESS`.
    """

    late_arrival_expected: bool | None = None
    internal_notes: str | None = None
    special_requests: str | None = None
    guest_first_name: str | None = None
    guest_last_name: str | None = None
    guest_email: str | None = None
    guest_phone: str | None = None
    room_locked: bool | None = None


class MarkSeen(BookingCommand):
    """Mark a new booking as seen by staff."""


class BookingAmended(BookingEvent):
    """Staff changed notes or guest contact; the event carries the names of the changed fields, never their contents."""

    fields: tuple[str, ...]
    by: Actor
