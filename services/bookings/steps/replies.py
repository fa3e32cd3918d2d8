"""The reply to a command about one booking: the booking's details after its events are recorded."""

from collections.abc import Sequence
from typing import Any

from chassis.transactions.conversation import KeyedConversation
from contracts.bookings.events import BookingEvent
from contracts.bookings.views import BookingDetail
from services.bookings.domain import views
from services.bookings.domain.booking import Booking
from services.bookings.work import BookingsWork


def booking_detail(work: BookingsWork, booking: Booking) -> BookingDetail:
    """The booking's details at the transaction's time."""
    return views.detail(booking, now=work.now)


def finish(conversation: KeyedConversation[BookingsWork], work: BookingsWork, booking: Booking) -> BookingDetail:
    """Store the booking's details as the reply under the request's Idempotency-Key; returns the details."""
    reply: BookingDetail = conversation.finish(work, booking_detail(work, booking))
    return reply


def record(
    work: BookingsWork, booking: Booking, events: Sequence[BookingEvent], *, remark: str = "", **private: Any
) -> BookingDetail:
    """Record the caller's events; returns the booking's details."""
    return booking_detail(work, work.record(booking, events, by=work.caller.actor, remark=remark, **private))
