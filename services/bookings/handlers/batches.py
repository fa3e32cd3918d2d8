"""Locks the bookings of a batch of events, before the first event is applied."""

from collections.abc import Sequence

from contracts.message import Event
from contracts.payments.events import PaymentEvent
from contracts.rooms.events import InventoryHeld, InventoryReleased
from services.bookings.work import BookingsWork


def lock_bookings(events: Sequence[Event], work: BookingsWork) -> None:
    """Lock the bookings that events of payments and holds are about.

    A notice changes no booking, and an event that makes a pending action due skips a locked one. The events of a batch
    come in any order of bookings, and some change a hold before a later one locks a booking.
    """
    about = (each for each in events if isinstance(each, (PaymentEvent, InventoryHeld, InventoryReleased)))
    if keys := {(event.hotel, event.booking_id) for event in about}:
        work.bookings.lock_all(keys)
