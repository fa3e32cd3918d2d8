"""Waits for what an approval led to: the capture and with it the confirmation, or its failure."""

import asyncio

from chassis.refusal import Refusal, Unavailable
from contracts.bookings import (
    ApproveBooking,
    BookingConfirmed,
    BookingDetail,
    BookingPaymentFailed,
    BookingStatus,
    GetBooking,
)
from gateway.http.request import ApiRequest

TELLING = {BookingConfirmed.wire_name, BookingPaymentFailed.wire_name}
DECIDED, TAKEN = 202, 200


async def approved(request: ApiRequest) -> tuple[BookingDetail, int]:
    """The booking, and 200 once captured, or 202 with the recorded decision while the provider takes its time.

    Refused `CAPTURE_FAILED` where the card would not pay, and as `ApproveBooking` is.
    """
    look = GetBooking(hotel=request.hotel, booking_id=request.booking_id)
    clock = asyncio.get_running_loop().time
    with request.app_state.bus.subscribe(request.booking_id) as hearing:
        booking = await request.ask(ApproveBooking(hotel=request.hotel, booking_id=request.booking_id))
        until = clock() + request.app_state.settings.capture_seconds
        if request.replayed:
            booking = await request.ask(look)
        while _undecided(booking):
            left = until - clock()
            if left <= 0 or request.app_state.stopping.is_set():
                return booking, DECIDED
            fact = await hearing.next(within=left)
            if fact is None or fact.type in TELLING:
                try:
                    booking = await request.ask(look)
                except Unavailable:
                    return booking, DECIDED
    if booking.status is BookingStatus.PENDING_PAYMENT:
        raise Refusal("CAPTURE_FAILED", "The card could not be charged; the guest is asked to pay again.")
    return booking, TAKEN


def _undecided(booking: BookingDetail) -> bool:
    return booking.status is BookingStatus.PENDING_APPROVAL
