"""Approves a booking, and waits until its payment is captured or has failed."""

import asyncio

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.approval import ApproveBooking, BookingConfirmed
from contracts.bookings.events import BookingPaymentFailed
from contracts.bookings.queries import GetBooking
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail
from gateway.http.request import ApiRequest

OUTCOMES = {BookingConfirmed.wire_name, BookingPaymentFailed.wire_name}
CAPTURED, ACCEPTED = 200, 202


async def approve(request: ApiRequest) -> tuple[BookingDetail, int]:
    """Approve the booking. Returns the booking, and the HTTP status: 200 if the payment is captured, 202 if not yet.

    Waits up to `capture_seconds` for the capture. Refused `CAPTURE_FAILED` where the card is declined; also raises the
    refusals of `ApproveBooking`.
    """
    query = request.for_path(GetBooking)
    clock = asyncio.get_running_loop().time
    with request.app_state.bus.subscribe(request.booking_id) as events:
        booking = await request.ask(request.for_path(ApproveBooking))
        deadline = clock() + request.app_state.settings.capture_seconds
        if request.replayed:
            booking = await request.ask(query)
        while booking.status is BookingStatus.PENDING_APPROVAL:
            remaining = deadline - clock()
            if remaining <= 0 or request.app_state.stopping.is_set():
                return booking, ACCEPTED
            event = await events.next(within=remaining)
            if event is None or event.type in OUTCOMES:
                try:
                    booking = await request.ask(query)
                except Unavailable:
                    return booking, ACCEPTED
    if booking.status is BookingStatus.PENDING_PAYMENT:
        raise Refusal("CAPTURE_FAILED", "The card was declined; the guest is asked to pay again.")
    return booking, CAPTURED
