"""A guest who has not left in time: how it stands, what staff say to it, and letting the guest stay on."""

from starlette.responses import Response

from contracts.bookings import AcknowledgeOverstay, ExtendBooking, GetOverstay
from contracts.values import Permission
from gateway.bodies.overstays import Acknowledgement, Extension
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.routes.staff_bookings import shown
from gateway.shapes.bookings import StaffBooking
from gateway.shapes.overstays import OverstayStatus, overstay_status

routes = Routes(
    "overstays", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-bookings/{booking_id}/overstay"
)


TAKES_A_WHILE = 10.0


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


@routes.post(
    "/extend/",
    answers=StaffBooking,
    needs=Permission.MANAGE_CHECKIN,
    refuses=(
        "NOT_CHECKED_IN",
        "EXTENSION_CONFLICT",
        "ROOM_OVERLAP_CONFLICT",
        "SOLD_OUT",
        "BEYOND_HORIZON",
        "BOOKING_ENDED",
    ),
)
async def extend_stay(call: Call, body: Extension) -> Response:
    """Let the guest stay on, in the same room; what the added nights cost is owed.

    Where the room or its type is taken, the refusal has `conflicts`, and up to five `suggested_rooms`.
    """
    command = ExtendBooking(
        hotel=call.hotel,
        booking_id=call.booking_id,
        new_check_out=body.new_checkout_date,
        add_nights=body.add_nights,
    )
    return shown(call, await call.ask(command, deadline=TAKES_A_WHILE))
