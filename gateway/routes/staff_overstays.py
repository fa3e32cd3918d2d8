"""A guest who has not left in time: how it stands, and what staff say to it."""

from starlette.responses import Response

from contracts.bookings import AcknowledgeOverstay, GetOverstay
from contracts.values import Permission
from gateway.bodies.overstays import Acknowledgement
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.routes.staff_bookings import shown
from gateway.shapes.bookings import StaffBooking
from gateway.shapes.overstays import OverstayStatus, overstay_status

routes = Routes(
    "overstays", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-bookings/{booking_id}/overstay"
)


@routes.get("/status/", answers=OverstayStatus, needs=Permission.MANAGE_CHECKIN)
async def get_overstay(call: Call) -> Response:
    """Whether the guest overstays, by how much, and the latest incident."""
    state = await call.ask(GetOverstay(hotel=call.hotel, booking_id=call.booking_id))
    return call.answer(overstay_status(state), version=state.version)


@routes.post(
    "/acknowledge/",
    answers=StaffBooking,
    needs=Permission.MANAGE_CHECKIN,
    refuses=("NO_OVERSTAY", "ILLEGAL_TRANSITION"),
)
async def acknowledge_overstay(call: Call, body: Acknowledgement) -> Response:
    """Note that staff know of it, or dismiss it."""
    command = AcknowledgeOverstay(hotel=call.hotel, booking_id=call.booking_id, note=body.note, dismiss=body.dismiss)
    return shown(call, await call.ask(command))
