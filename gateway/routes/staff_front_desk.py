"""The front desk and its rooms: a walk-in straight into one, and many checked out at once."""

from starlette.responses import Response

from contracts.bookings import CheckOutRooms
from contracts.values import Permission
from gateway.bodies.bookings import WalkIn
from gateway.bodies.rooms import Departures
from gateway.call import Call
from gateway.identity.admission import Audience, permitted
from gateway.operations import Routes
from gateway.routes.staff_bookings import TAKES_A_WHILE
from gateway.shapes.bookings import StaffBooking, staff_booking
from gateway.shapes.departures import RoomsCheckedOut, rooms_checked_out

routes = Routes("stays", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rooms")

MANY_TAKE = 45.0


@routes.post(
    "/{room_number}/add-guest/",
    answers=StaffBooking,
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
async def add_guest(call: Call, body: WalkIn) -> Response:
    """A walk-in, straight into this room: booked without a card, assigned and checked in, in one go."""
    made = await call.ask(body.command(call.hotel, call.room_number), deadline=TAKES_A_WHILE)
    return call.answer(staff_booking(made.booking, call.caller.permissions))


@routes.post("/checkout/", answers=RoomsCheckedOut, needs=Permission.MANAGE_CHECKIN)
async def check_out_rooms(call: Call, body: Departures) -> Response:
    """Check out whoever is in house in these rooms, and clear those left occupied by nobody.

    Each room succeeds or fails on its own; bookings to come and ended ones are never touched. `destructive` needs
    `is_superuser`: it also ends a stay whose ordinary check-out is refused. Its reason goes into every room's history.
    """
    if body.destructive:
        permitted(call.caller, (Permission.SUPERUSER,))
    command = CheckOutRooms(
        hotel=call.hotel, rooms=tuple(body.room_ids), destructive=body.destructive, reason=body.reason
    )
    return call.answer(rooms_checked_out(await call.ask(command, deadline=MANY_TAKE)))
