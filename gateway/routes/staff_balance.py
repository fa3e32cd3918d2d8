"""What a guest still owes, paid at the desk. By card it is paid on a page: `payment/session/`."""

from starlette.responses import Response

from contracts.bookings import SettleBalance
from contracts.values import Permission
from gateway.bodies.balance import Settlement
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.routes.staff_bookings import shown
from gateway.shapes.bookings import StaffBooking

routes = Routes("stays", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-bookings/{booking_id}/balance")


@routes.post("/settle/", answers=StaffBooking, needs=Permission.MANAGE_CHECKIN, refuses=("ILLEGAL_TRANSITION",))
async def settle_balance(call: Call, body: Settlement) -> Response:
    """Note that the guest has paid at the desk what is owed, or part of it."""
    command = SettleBalance(hotel=call.hotel, booking_id=call.booking_id, amount=body.amount, note=body.note)
    return shown(call, await call.ask(command))
