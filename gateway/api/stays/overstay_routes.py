"""A guest who has not left in time: how it stands, what staff say to it, and letting the guest stay on."""

from starlette.responses import Response

from contracts.bookings import AcknowledgeOverstay, ExtendBooking, GetOverstay
from contracts.values import Permission
from gateway.api.bookings.responses import StaffBooking
from gateway.api.bookings.routes import shown
from gateway.api.stays.requests import Acknowledgement, Extension
from gateway.api.stays.responses import OverstayStatus, overstay_status
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes(
    "overstays", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-bookings/{booking_id}/overstay"
)


TAKES_A_WHILE = 10.0


@routes.get("/status/", response=OverstayStatus, needs=Permission.MANAGE_CHECKIN)
async def get_overstay(request: ApiRequest) -> Response:
    """Whether the guest overstays, by how much, and the latest incident."""
    state = await request.ask(GetOverstay(hotel=request.hotel, booking_id=request.booking_id))
    return request.respond(overstay_status(state), version=state.version)


@routes.post(
    "/acknowledge/",
    response=StaffBooking,
    needs=Permission.MANAGE_CHECKIN,
    refuses=("NO_OVERSTAY", "ILLEGAL_TRANSITION"),
)
async def acknowledge_overstay(request: ApiRequest, body: Acknowledgement) -> Response:
    """Note that staff know of it, or dismiss it."""
    command = AcknowledgeOverstay(
        hotel=request.hotel, booking_id=request.booking_id, note=body.note, dismiss=body.dismiss
    )
    return shown(request, await request.ask(command))


@routes.post(
    "/extend/",
    response=StaffBooking,
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
async def extend_stay(request: ApiRequest, body: Extension) -> Response:
    """Let the guest stay on, in the same room; what the added nights cost is owed.

    Where the room or its type is taken, the refusal has `conflicts`, and up to five `suggested_rooms`.
    """
    command = ExtendBooking(
        hotel=request.hotel,
        booking_id=request.booking_id,
        new_check_out=body.new_checkout_date,
        add_nights=body.add_nights,
    )
    return shown(request, await request.ask(command, deadline=TAKES_A_WHILE))
