"""The stay itself: give the booking a room, check the guest in or mark them as not come, move them, check them out."""

from starlette.responses import Response

from contracts.bookings import AssignRoom, CheckIn, CheckOut, GetCandidateRooms, MarkNoShow, MoveRoom, UnassignRoom
from contracts.values import Permission
from gateway.api.bookings.requests import Absence, Arrival
from gateway.api.bookings.responses import CheckedOut, StaffBooking, checked_out
from gateway.api.bookings.routes import TAKES_A_WHILE, shown
from gateway.api.rooms.requests import Assignment, Move
from gateway.api.rooms.responses import AvailableRooms, available_rooms
from gateway.http.fields import NoFields
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("stays", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-bookings/{booking_id}")


@routes.get(
    "/available-rooms/",
    response=AvailableRooms,
    needs=Permission.ASSIGN_ROOMS,
    refuses=("BOOKING_STATUS_NOT_ASSIGNABLE",),
)
async def list_candidate_rooms(request: ApiRequest) -> Response:
    """The rooms that the booking could be given, best first."""
    found = await request.ask(GetCandidateRooms(hotel=request.hotel, booking_id=request.booking_id))
    return request.respond(available_rooms(request.booking_id, found))


@routes.post(
    "/assign-room/",
    response=StaffBooking,
    needs=Permission.ASSIGN_ROOMS,
    refuses=(
        "ROOM_NOT_FOUND",
        "BOOKING_STATUS_NOT_ASSIGNABLE",
        "BOOKING_ALREADY_CHECKED_IN",
        "ROOM_NOT_BOOKABLE",
        "ROOM_OVERLAP_CONFLICT",
        "ROOM_OCCUPIED",
        "ROOM_TYPE_MISMATCH",
        "SOLD_OUT",
    ),
)
async def assign_room(request: ApiRequest, body: Assignment) -> Response:
    """Give the booking a room, or another one."""
    command = AssignRoom(
        hotel=request.hotel, booking_id=request.booking_id, room_number=body.room_number, notes=body.notes
    )
    return shown(request, await request.ask(command, deadline=TAKES_A_WHILE))


@routes.post(
    "/unassign-room/",
    response=StaffBooking,
    needs=Permission.ASSIGN_ROOMS,
    refuses=("BOOKING_ALREADY_CHECKED_IN", "BOOKING_STATUS_NOT_ASSIGNABLE", "NO_ROOM_ASSIGNED"),
)
async def unassign_room(request: ApiRequest, _: NoFields) -> Response:
    """Take the booking's room back."""
    command = UnassignRoom(hotel=request.hotel, booking_id=request.booking_id)
    return shown(request, await request.ask(command, deadline=TAKES_A_WHILE))


@routes.post(
    "/move-room/",
    response=StaffBooking,
    needs=Permission.ASSIGN_ROOMS,
    refuses=(
        "NOT_CHECKED_IN",
        "ROOM_NOT_FOUND",
        "ROOM_NOT_BOOKABLE",
        "ROOM_OVERLAP_CONFLICT",
        "ROOM_OCCUPIED",
        "ROOM_NOT_READY",
        "SOLD_OUT",
    ),
)
async def move_room(request: ApiRequest, body: Move) -> Response:
    """The guest in house goes to another room for the rest of the stay."""
    command = MoveRoom(hotel=request.hotel, booking_id=request.booking_id, **body.model_dump())
    return shown(request, await request.ask(command, deadline=TAKES_A_WHILE))


@routes.post(
    "/check-in/",
    response=StaffBooking,
    needs=Permission.MANAGE_CHECKIN,
    refuses=(
        "BOOKING_NOT_ELIGIBLE",
        "CHECKIN_TOO_EARLY",
        "CHECKIN_TOO_LATE",
        "CHECKIN_WRONG_DATE",
        "NO_ROOM_ASSIGNED",
        "ROOM_NOT_READY",
    ),
)
async def check_in(request: ApiRequest, body: Arrival) -> Response:
    """The guest moves in."""
    command = CheckIn(
        hotel=request.hotel,
        booking_id=request.booking_id,
        late_arrival=body.late_arrival,
        early_checkin=body.early_checkin,
    )
    return shown(request, await request.ask(command, deadline=TAKES_A_WHILE))


@routes.post(
    "/no-show/",
    response=StaffBooking,
    needs=Permission.MANAGE_CHECKIN,
    refuses=("NO_SHOW_TOO_EARLY", "BOOKING_ENDED", "ILLEGAL_TRANSITION", "NOTE_REQUIRED"),
)
async def mark_no_show(request: ApiRequest, body: Absence) -> Response:
    """The guest did not come: possible from noon on the day after check-in, when it happens by itself.

    Where a late arrival is expected, from noon on the day after check-out.
    """
    command = MarkNoShow(
        hotel=request.hotel, booking_id=request.booking_id, reason=body.reason, waive_fee=body.waive_fee
    )
    return shown(request, await request.ask(command))


@routes.post(
    "/check-out/",
    response=CheckedOut,
    needs=Permission.MANAGE_CHECKIN,
    refuses=("NOT_CHECKED_IN", "CHECKOUT_FAILED"),
)
async def check_out(request: ApiRequest, _: NoFields) -> Response:
    """The guest leaves."""
    booking = await request.ask(CheckOut(hotel=request.hotel, booking_id=request.booking_id), deadline=TAKES_A_WHILE)
    return request.respond(checked_out(booking), version=booking.version)
