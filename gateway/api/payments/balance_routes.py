"""What a guest still owes, paid at the desk. By card it is paid on a page: `payment/session/`."""

from starlette.responses import Response

from contracts.bookings import SettleBalance
from contracts.values import Permission
from gateway.api.bookings.responses import StaffBooking
from gateway.api.bookings.routes import shown
from gateway.api.payments.requests import Settlement
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("stays", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-bookings/{booking_id}/balance")


@routes.post("/settle/", response=StaffBooking, needs=Permission.MANAGE_CHECKIN, refuses=("ILLEGAL_TRANSITION",))
async def settle_balance(request: ApiRequest, body: Settlement) -> Response:
    """Note that the guest has paid at the desk what is owed, or part of it."""
    command = SettleBalance(hotel=request.hotel, booking_id=request.booking_id, amount=body.amount, note=body.note)
    return shown(request, await request.ask(command))
