"""Locks the bookings of a batch of events, before the first event is applied."""

from collections.abc import Sequence

from contracts.message import Event
from contracts.payments.events import PaymentEvent
from contracts.rooms.events import InventoryEvent, RoomOccupied, RoomVacated
from services.bookings.work import BookingsWork


def lock_bookings(events: Sequence[Event], work: BookingsWork) -> None:
    """Lock the bookings that events of payments and rooms are about; a notice changes no booking.

    The events of a batch come in any order of bookings, and some change a hold before a later one locks a booking.
    """
    about = (each for each in events if isinstance(each, (PaymentEvent, InventoryEvent, RoomOccupied, RoomVacated)))
    if keys := {(event.hotel, event.booking_id) for event in about}:
        work.bookings.lock_all(keys)
