"""The stay itself: give the booking a room, check the guest in or mark them as not come, move them, check them out."""

from starlette.responses import Response

from contracts.bookings import AssignRoom, CheckIn, CheckOut, GetCandidateRooms, MarkNoShow, MoveRoom, UnassignRoom
from contracts.values import Permission
from gateway.bodies.bookings import Absence, Arrival
from gateway.bodies.fields import NoFields
from gateway.bodies.rooms import Assignment, Move
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.routes.staff_bookings import TAKES_A_WHILE, shown
from gateway.shapes.bookings import CheckedOut, StaffBooking, checked_out
from gateway.shapes.rooms import AvailableRooms, available_rooms

routes = Routes("stays", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-bookings/{booking_id}")


@routes.get(
    "/available-rooms/",
    answers=AvailableRooms,
    needs=Permission.ASSIGN_ROOMS,
    refuses=("BOOKING_STATUS_NOT_ASSIGNABLE",),
)
async def list_candidate_rooms(call: Call) -> Response:
    """The rooms that the booking could be given, best first."""
    found = await call.ask(GetCandidateRooms(hotel=call.hotel, booking_id=call.booking_id))
    return call.answer(available_rooms(call.booking_id, found))


@routes.post(
    "/assign-room/",
    answers=StaffBooking,
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
async def assign_room(call: Call, body: Assignment) -> Response:
    """Give the booking a room, or another one."""
    command = AssignRoom(hotel=call.hotel, booking_id=call.booking_id, room_number=body.room_number, notes=body.notes)
    return shown(call, await call.ask(command, deadline=TAKES_A_WHILE))


@routes.post(
    "/unassign-room/",
    answers=StaffBooking,
    needs=Permission.ASSIGN_ROOMS,
    refuses=("BOOKING_ALREADY_CHECKED_IN", "BOOKING_STATUS_NOT_ASSIGNABLE", "NO_ROOM_ASSIGNED"),
)
async def unassign_room(call: Call, _: NoFields) -> Response:
    """Take the booking's room back."""
    command = UnassignRoom(hotel=call.hotel, booking_id=call.booking_id)
    return shown(call, await call.ask(command, deadline=TAKES_A_WHILE))


@routes.post(
    "/move-room/",
    answers=StaffBooking,
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
async def move_room(call: Call, body: Move) -> Response:
    """The guest in house goes to another room for the rest of the stay."""
    command = MoveRoom(hotel=call.hotel, booking_id=call.booking_id, **body.model_dump())
    return shown(call, await call.ask(command, deadline=TAKES_A_WHILE))


@routes.post(
    "/check-in/",
    answers=StaffBooking,
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
async def check_in(call: Call, body: Arrival) -> Response:
    """The guest moves in."""
    command = CheckIn(
        hotel=call.hotel,
        booking_id=call.booking_id,
        late_arrival=body.late_arrival,
        early_checkin=body.early_checkin,
    )
    return shown(call, await call.ask(command, deadline=TAKES_A_WHILE))


@routes.post(
    "/no-show/",
    answers=StaffBooking,
    needs=Permission.MANAGE_CHECKIN,
    refuses=("NO_SHOW_TOO_EARLY", "BOOKING_ENDED", "ILLEGAL_TRANSITION", "NOTE_REQUIRED"),
)
async def mark_no_show(call: Call, body: Absence) -> Response:
    """The guest did not come: possible from noon on the day after check-in, when it happens by itself.

    Where a late arrival is expected, from noon on the day after check-out.
    """
    command = MarkNoShow(hotel=call.hotel, booking_id=call.booking_id, reason=body.reason, waive_fee=body.waive_fee)
    return shown(call, await call.ask(command))


@routes.post(
    "/check-out/",
    answers=CheckedOut,
    needs=Permission.MANAGE_CHECKIN,
    refuses=("NOT_CHECKED_IN", "CHECKOUT_FAILED"),
)
async def check_out(call: Call, _: NoFields) -> Response:
    """The guest leaves."""
    booking = await call.ask(CheckOut(hotel=call.hotel, booking_id=call.booking_id), deadline=TAKES_A_WHILE)
    return call.answer(checked_out(booking), version=booking.version)
