"""The effect of chat, communication and room-service events: only a completed order changes the booking."""

from collections.abc import Callable
from typing import Any

from contracts.bookings.chat import ChatMessageSent
from contracts.bookings.communications import CommunicationNoted, CommunicationRequested
from contracts.bookings.events import BookingEvent
from contracts.bookings.orders import OrderAccepted, OrderCancelled, OrderCompleted, OrderPlaced
from services.bookings.domain.booking import Booking

Changes = dict[str, Any]


def _unchanged(_: Booking, __: BookingEvent) -> Changes:
    return {}


def _served(booking: Booking, event: OrderCompleted) -> Changes:
    nothing = booking.nothing
    return {
        "served": (booking.served or nothing) + event.total,
        "balance_due": (booking.balance_due or nothing) + event.total,
    }


EFFECTS: dict[type[BookingEvent], Callable[[Booking, Any], Changes]] = {
    ChatMessageSent: _unchanged,
    CommunicationRequested: _unchanged,
    CommunicationNoted: _unchanged,
    OrderPlaced: _unchanged,
    OrderAccepted: _unchanged,
    OrderCompleted: _served,
    OrderCancelled: _unchanged,
}
