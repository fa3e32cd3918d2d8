"""Handles the events that end a booking. The nights of all bookings in a batch are released together, before commit."""

from datetime import date

from contracts.bookings.approval import BookingDeclined
from contracts.bookings.events import BookingCancelled, BookingEvent, BookingExpired
from contracts.bookings.stays import BookingNoShow
from services.rooms.domain.holds import Release
from services.rooms.steps import releases
from services.rooms.work import RoomsWork


def booking_ended(event: BookingDeclined | BookingExpired | BookingNoShow, work: RoomsWork) -> None:
    """Release all nights of the booking."""
    release_later(event, None, work)


def booking_cancelled(event: BookingCancelled, work: RoomsWork) -> None:
    """Release the booking's nights from `event.released_from` on. A guest in house is moved out, as at check-out."""
    release_later(event, event.released_from, work)


def release_later(event: BookingEvent, from_on: date | None, work: RoomsWork) -> None:
    """Register a `Release` of the booking's nights from `from_on` on. The release is executed before the commit.

    A `from_on` that is None releases all nights.
    """
    action_id = work.cause.id if work.cause else ""
    release = Release(hotel=event.hotel, booking_id=event.booking_id, from_on=from_on, action_id=action_id)
    work.release_before_commit(release, releases.execute)
