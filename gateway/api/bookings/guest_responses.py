"""Responds with a booking to its guest, with the guest's realtime channel."""

from starlette.responses import Response

from contracts.bookings.views import BookingDetail
from gateway.api.bookings.responses import guest_booking
from gateway.http.request import ApiRequest
from gateway.http.views import Json


async def body_for_guest(request: ApiRequest, booking: BookingDetail, **more: str) -> Json:
    """The fields of `GuestBooking`; `more` has the fields that `GuestBookingWithToken` adds."""
    realtime = await request.app_state.realtime.for_guest(
        booking.booking_id, hotel=booking.hotel, last_sequence=booking.version
    )
    return guest_booking(booking, realtime, **more)


async def respond_to_guest(request: ApiRequest, booking: BookingDetail) -> Response:
    """Respond with the booking."""
    return request.respond(await body_for_guest(request, booking), version=booking.version)
