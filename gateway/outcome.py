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
from gateway.call import Call

TELLING = {BookingConfirmed.wire_name, BookingPaymentFailed.wire_name}
DECIDED, TAKEN = 202, 200


async def approved(call: Call) -> tuple[BookingDetail, int]:
    """The booking, and 200 once captured, or 202 with the recorded decision while the provider takes its time.

    Refused `CAPTURE_FAILED` where the card would not pay, and as `ApproveBooking` is.
    """
    look = GetBooking(hotel=call.hotel, booking_id=call.booking_id)
    clock = asyncio.get_running_loop().time
    with call.tools.bus.hear(call.booking_id) as hearing:
        booking = await call.ask(ApproveBooking(hotel=call.hotel, booking_id=call.booking_id))
        until = clock() + call.tools.settings.capture_seconds
        if call.replayed:
            booking = await call.ask(look)
        while _undecided(booking):
            left = until - clock()
            if left <= 0 or call.tools.stopping.is_set():
                return booking, DECIDED
            fact = await hearing.next(within=left)
            if fact is None or fact.type in TELLING:
                try:
                    booking = await call.ask(look)
                except Unavailable:
                    return booking, DECIDED
    if booking.status is BookingStatus.PENDING_PAYMENT:
        raise Refusal("CAPTURE_FAILED", "The card could not be charged; the guest is asked to pay again.")
    return booking, TAKEN


def _undecided(booking: BookingDetail) -> bool:
    return booking.status is BookingStatus.PENDING_APPROVAL
