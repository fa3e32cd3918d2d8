"""Stays: room assignment, check-in, no-show, move and check-out of one booking."""

from starlette.responses import Response

from contracts.bookings.stays import (
    AssignRoom,
    CheckIn,
    CheckOut,
    GetCandidateRooms,
    MarkNoShow,
    MoveRoom,
    UnassignRoom,
)
from contracts.values import Permission
from gateway.api.bookings.commands import SEVERAL_SERVICES, change_booking
from gateway.api.bookings.responses import StaffBooking
from gateway.api.stays.requests import Assignment, CheckInOptions, CheckOutOptions, Move, NoShow
from gateway.api.stays.responses import AvailableRooms, CheckedOut, CheckOutPreview, checked_out, preview
from gateway.http.fields import NoFields
from gateway.http.request import ApiRequest
from gateway.http.routing import staff_routes

ASSIGN, CHECK_IN = Permission.ASSIGN_ROOMS, Permission.MANAGE_CHECKIN
OUTSIDE_WINDOW = ("CHECKIN_TOO_EARLY", "CHECKIN_TOO_LATE", "CHECKIN_WRONG_DATE")
TOO_SMALL = ("ROOM_TOO_SMALL", "NOTE_REQUIRED")
TAKEN = ("ROOM_NOT_FOUND", "ROOM_NOT_BOOKABLE", "ROOM_OVERLAP_CONFLICT", "ROOM_OCCUPIED", "SOLD_OUT", *TOO_SMALL)
WITH_A_PLAN = 45.0  # seconds: the deadline of an assignment for which a room plan is made
NOT_ASSIGNABLE = ("BOOKING_STATUS_NOT_ASSIGNABLE", "BOOKING_ALREADY_CHECKED_IN")

routes = staff_routes("stays", "/room-bookings/{booking_id}", response=StaffBooking)


@routes.get("/available-rooms/", response=AvailableRooms, needs=ASSIGN, refuses=("BOOKING_STATUS_NOT_ASSIGNABLE",))
async def list_candidate_rooms(request: ApiRequest) -> Response:
    """List the rooms that can be assigned to a booking.

    The best room comes first, rooms that are too small for the party come last. `fit` is `same_type`, `upgrade` or
    `other`.
    """
    return await request.answer(request.for_path(GetCandidateRooms), booking_id=request.booking_id)


@routes.post(
    "/assign-room/",
    needs=ASSIGN,
    refuses=(*NOT_ASSIGNABLE, "ROOM_TYPE_MISMATCH", *TAKEN, "NO_ROOM_AVAILABLE", "PLAN_OUTDATED"),
)
async def assign_room(request: ApiRequest, body: Assignment) -> Response:
    """Assign a room to a booking. Replaces the room that is assigned already, and ends its lock.

    Without `room_number`, the booking gets the best room of its type. Other stays are moved for that where needed, as
    few as possible, but for guests in house, upgraded stays, and stays whose rooms are locked. `NO_ROOM_AVAILABLE` has
    the `nights` on which rooms are missing, what is in the way (`blocked_by`), and whether no plan has a room for the
    booking (`proven`).
    """
    deadline = SEVERAL_SERVICES if body.room_number else WITH_A_PLAN
    return await change_booking(request, AssignRoom, deadline=deadline, **body.model_dump())


@routes.post("/unassign-room/", needs=ASSIGN, refuses=(*NOT_ASSIGNABLE, "NO_ROOM_ASSIGNED"))
async def unassign_room(request: ApiRequest, _: NoFields) -> Response:
    """Unassign the room of a booking. A lock of the room ends."""
    return await change_booking(request, UnassignRoom, deadline=SEVERAL_SERVICES)


@routes.post("/move-room/", needs=ASSIGN, refuses=("NOT_CHECKED_IN", "ROOM_NOT_READY", *TAKEN))
async def move_room(request: ApiRequest, body: Move) -> Response:
    """Move a guest to another room. The guest in house changes rooms for the rest of the stay; a lock ends."""
    return await change_booking(request, MoveRoom, deadline=SEVERAL_SERVICES, **body.model_dump())


@routes.post(
    "/check-in/",
    needs=CHECK_IN,
    refuses=("BOOKING_NOT_ELIGIBLE", *OUTSIDE_WINDOW, "NO_ROOM_ASSIGNED", "ROOM_NOT_READY"),
)
async def check_in(request: ApiRequest, body: CheckInOptions) -> Response:
    """Check in a guest."""
    return await change_booking(request, CheckIn, deadline=SEVERAL_SERVICES, **body.model_dump())


@routes.post(
    "/no-show/", needs=CHECK_IN, refuses=("NO_SHOW_TOO_EARLY", "BOOKING_ENDED", "ILLEGAL_TRANSITION", "NOTE_REQUIRED")
)
async def mark_no_show(request: ApiRequest, body: NoShow) -> Response:
    """Mark a booking as a no-show.

    A no-show is possible from noon on the day after check-in or, where a late arrival is expected, from noon on the day
    after check-out. In both cases, the system marks the booking automatically from then on.
    """
    return await change_booking(request, MarkNoShow, **body.model_dump())


@routes.post(
    "/check-out/",
    response=CheckedOut | CheckOutPreview,
    needs=CHECK_IN,
    refuses=("NOT_CHECKED_IN", "CHECKOUT_FAILED"),
)
async def check_out(request: ApiRequest, body: CheckOutOptions) -> Response:
    """Check out a guest.

    The warnings say what the guest owes, and the nights that the guest leaves early, tonight included. With `confirm`
    false, nothing changes, and the response has only the warnings.
    """
    command = request.for_path(CheckOut, confirm=body.confirm)
    booking = await request.ask(command, deadline=SEVERAL_SERVICES)
    return request.respond(checked_out(booking) if body.confirm else preview(booking), version=booking.version)
