"""Booking a stay, without an account."""

from starlette.responses import Response

from contracts.bookings import BookingSource
from gateway.api.bookings import guest_responses as shapes
from gateway.api.bookings.requests import NewBooking
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("bookings", audience=Audience.PUBLIC, under="/api/public/hotels/{slug}/room-bookings")


@routes.post(
    "/",
    response=shapes.BookedStay,
    status=201,
    refuses=("SOLD_OUT", "BEYOND_HORIZON", "ROOM_TYPE_NOT_FOUND", "UNKNOWN_PROMO", "UNKNOWN_QUOTE"),
)
async def create_booking(request: ApiRequest, body: NewBooking) -> Response:
    """Book a stay.

    The nights are held until `expires_at`, so that the guest can pay; a draft holds nothing. The answer carries the
    guest's token.
    """
    made = await request.ask(body.command(request.hotel, source=BookingSource.ONLINE))
    booking = made.booking
    realtime = await request.app_state.realtime.for_guest(
        booking.booking_id, hotel=booking.hotel, last_sequence=booking.version
    )
    where = f"/api/public/hotels/{booking.hotel}/room-bookings/{booking.booking_id}/"
    return request.respond(shapes.new_booking(made, realtime), version=booking.version, headers={"Location": where})
