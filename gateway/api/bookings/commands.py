"""Sends the staff's commands about one booking, and responds with the changed booking."""

from typing import Any

from starlette.responses import Response

from contracts.bookings.asks import BookingCommand
from contracts.bookings.views import BookingDetail
from contracts.values import Permission
from gateway.api.bookings.responses import StaffBooking
from gateway.http.request import ApiRequest

CALLS_PROVIDER = 15.0  # seconds: the deadline of a command that calls the payment provider
SEVERAL_SERVICES = 10.0  # seconds: the deadline of a command that the bookings service passes on to other services


def respond_to_staff(request: ApiRequest, booking: BookingDetail, *, status: int | None = None) -> Response:
    """Respond with the booking. `room_pin` is set while the guest is in house, for staff who may check guests in."""
    shows_pin = booking.in_house and Permission.MANAGE_CHECKIN in request.caller.permissions
    body = StaffBooking.of(booking, room_pin=booking.in_house.room_pin if shows_pin and booking.in_house else None)
    return request.respond(body, status=status, version=booking.version)


async def change_booking(
    request: ApiRequest, command: type[BookingCommand], *, deadline: float | None = None, **fields: Any
) -> Response:
    """Send a command about the path's booking, and respond with the booking for staff."""
    ask = request.for_path(command, **fields)
    return respond_to_staff(request, await request.ask(ask, deadline=deadline))
