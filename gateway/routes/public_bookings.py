"""Booking a stay, without an account."""

from starlette.responses import Response

from contracts.bookings import BookingSource
from gateway.bodies.bookings import NewBooking
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes import guests as shapes

routes = Routes("bookings", audience=Audience.PUBLIC, under="/api/public/hotels/{slug}/room-bookings")


@routes.post(
    "/",
    answers=shapes.BookedStay,
    status=201,
    refuses=("SOLD_OUT", "BEYOND_HORIZON", "ROOM_TYPE_NOT_FOUND", "UNKNOWN_PROMO", "UNKNOWN_QUOTE"),
)
async def create_booking(call: Call, body: NewBooking) -> Response:
    """Book a stay.

    The nights are held until `expires_at`, so that the guest can pay; a draft holds nothing. The answer carries the
    guest's token.
    """
    made = await call.ask(body.command(call.hotel, source=BookingSource.ONLINE))
    booking = made.booking
    realtime = await call.tools.realtime.for_guest(
        booking.booking_id, hotel=booking.hotel, last_sequence=booking.version
    )
    where = f"/api/public/hotels/{booking.hotel}/room-bookings/{booking.booking_id}/"
    return call.answer(shapes.new_booking(made, realtime), version=booking.version, headers={"Location": where})
