"""The front desk and its rooms: a walk-in straight into one, and many checked out at once."""

from starlette.responses import Response

from contracts.bookings import CheckOutRooms
from contracts.values import Permission
from gateway.api.bookings.requests import WalkIn
from gateway.api.bookings.responses import StaffBooking, staff_booking
from gateway.api.bookings.routes import TAKES_A_WHILE
from gateway.api.rooms.requests import Departures
from gateway.api.stays.departures import RoomsCheckedOut, rooms_checked_out
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience, require_permission

routes = Routes("stays", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rooms")

MANY_TAKE = 45.0


@routes.post(
    "/{room_number}/add-guest/",
    response=StaffBooking,
    status=201,
    needs=Permission.MANAGE_CHECKIN,
    refuses=(
        "ROOM_NOT_BOOKABLE",
        "ROOM_OVERLAP_CONFLICT",
        "ROOM_OCCUPIED",
        "ROOM_NOT_READY",
        "SOLD_OUT",
        "BEYOND_HORIZON",
    ),
)
async def add_guest(request: ApiRequest, body: WalkIn) -> Response:
    """A walk-in, straight into this room: booked without a card, assigned and checked in, in one go."""
    made = await request.ask(body.command(request.hotel, request.room_number), deadline=TAKES_A_WHILE)
    return request.respond(staff_booking(made.booking, request.caller.permissions))


@routes.post("/checkout/", response=RoomsCheckedOut, needs=Permission.MANAGE_CHECKIN)
async def check_out_rooms(request: ApiRequest, body: Departures) -> Response:
    """Check out whoever is in house in these rooms, and clear those left occupied by nobody.

    Each room succeeds or fails on its own; bookings to come and ended ones are never touched. `destructive` needs
    `is_superuser`: it also ends a stay whose ordinary check-out is refused. Its reason goes into every room's history.
    """
    if body.destructive:
        require_permission(request.caller, (Permission.SUPERUSER,))
    command = CheckOutRooms(
        hotel=request.hotel, rooms=tuple(body.room_ids), destructive=body.destructive, reason=body.reason
    )
    return request.respond(rooms_checked_out(await request.ask(command, deadline=MANY_TAKE)))
