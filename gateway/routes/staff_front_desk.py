"""The front desk and its rooms: a walk-in straight into one."""

from starlette.responses import Response

from contracts.values import Permission
from gateway.bodies.bookings import WalkIn
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.routes.staff_bookings import TAKES_A_WHILE
from gateway.shapes.bookings import StaffBooking, staff_booking

routes = Routes("stays", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rooms")


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
