"""The front desk: walk-ins, room plans, bulk check-ins and check-outs, and overstays."""

from starlette.responses import Response

from contracts.bookings.bulk_check_in import CheckInBookings
from contracts.bookings.bulk_check_out import CheckOutRooms
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.overstays import AcknowledgeOverstay, GetOverstay
from contracts.bookings.room_plan import PlanRooms
from contracts.bookings.walk_ins import AddWalkIn
from contracts.values import Permission
from gateway.api.bookings.commands import SEVERAL_SERVICES, change_booking, respond_to_staff
from gateway.api.bookings.responses import StaffBooking
from gateway.api.stays.requests import Acknowledgement, CheckIns, CheckOuts, Extension, NightsToPlan, WalkInGuest
from gateway.api.stays.responses import (
    BulkCheckInReport,
    BulkCheckOutReport,
    OverstayStatus,
    RoomPlanReport,
    bookings_checked_in,
    rooms_checked_out,
)
from gateway.http.request import ApiRequest
from gateway.http.routing import staff_routes
from gateway.identity.admission import require_permission

CHECK_IN = Permission.MANAGE_CHECKIN
NOT_EXTENSIBLE = ("NOT_CHECKED_IN", "BOOKING_ENDED", "EXTENSION_CONFLICT")
TOO_SMALL = ("ROOM_TOO_SMALL", "NOTE_REQUIRED")
TAKEN = ("ROOM_NOT_BOOKABLE", "ROOM_OVERLAP_CONFLICT", "ROOM_OCCUPIED", "ROOM_NOT_READY", *TOO_SMALL)
NOT_PLANNED = (
    "BOOKING_NOT_FOUND",
    "BOOKING_STATUS_NOT_ASSIGNABLE",
    "BOOKING_ALREADY_CHECKED_IN",
    "ACTION_IN_PROGRESS",
    "PLAN_OUTDATED",
)
BULK_WITHIN = 45.0  # seconds: the deadline of a request about many stays

rooms = staff_routes("stays", "/rooms", response=StaffBooking, needs=CHECK_IN)
overstays = staff_routes("overstays", "/room-bookings/{booking_id}/overstay", response=StaffBooking, needs=CHECK_IN)


@rooms.post("/{room_number}/add-guest/", status=201, refuses=(*TAKEN, "SOLD_OUT", "BEYOND_HORIZON"))
async def add_guest(request: ApiRequest, body: WalkInGuest) -> Response:
    """Check in a walk-in. Creates a booking without a card, assigns the room and checks the guest in, all at once."""
    command = request.for_path(AddWalkIn, **body.values)
    created = await request.ask(command, deadline=SEVERAL_SERVICES)
    return respond_to_staff(request, created.booking)


@rooms.post("/check-in/", response=BulkCheckInReport)
async def check_in_bookings(request: ApiRequest, body: CheckIns) -> Response:
    """Check in the guests of several bookings.

    Each booking succeeds or fails on its own, with the code that its own check-in would be refused with. A booking in
    house already succeeds and does not change. A booking that failed with `SERVICE_UNAVAILABLE` may still be checked in
    soon; with an `Idempotency-Key` the request fails as a whole instead, and its repetition completes it.
    """
    command = request.for_path(CheckInBookings, booking_ids=tuple(body.booking_ids))
    return request.respond(bookings_checked_in(await request.ask(command, deadline=BULK_WITHIN)))


@rooms.post("/auto-assign/", response=RoomPlanReport, needs=Permission.ASSIGN_ROOMS, refuses=NOT_PLANNED)
async def assign_rooms(request: ApiRequest, body: NightsToPlan) -> Response:
    """Assign rooms to all stays of some nights.

    Every confirmed stay with a night in `[from, until)` gets a room of its type for its whole length, where an
    arrangement exists. Other stays are moved where needed, as few as possible, but for guests in house, upgraded stays
    and bookings that are being changed. Where not all stays fit, most get a room, and none loses its room; `impossible`
    says what is in the way. All rooms change together. `PLAN_OUTDATED` means that rooms and stays changed meanwhile,
    three times; nothing has changed then.
    """
    fields = {**body.model_dump(), "booking_ids": None if body.booking_ids is None else tuple(body.booking_ids)}
    return await request.answer(request.for_path(PlanRooms, **fields), deadline=BULK_WITHIN)


@rooms.post("/checkout/", response=BulkCheckOutReport)
async def check_out_rooms(request: ApiRequest, body: CheckOuts) -> Response:
    """Check out several rooms.

    Checks out the guests in house in these rooms, and clears rooms that are occupied without a stay. Each room succeeds
    or fails on its own; future and ended bookings do not change. `destructive` also ends stays whose ordinary check-out
    is refused, and deletes chats and open orders; `destructive` needs `is_superuser`. The reason is recorded in the
    history of every room. A room that failed with `SERVICE_UNAVAILABLE` may still be vacated soon; with an
    `Idempotency-Key` the request fails as a whole instead, and its repetition completes it.
    """
    if body.destructive:
        require_permission(request.caller, (Permission.SUPERUSER,))
    fields = {"rooms": tuple(body.room_ids), "destructive": body.destructive, "reason": body.reason}
    command = request.for_path(CheckOutRooms, **fields)
    return request.respond(rooms_checked_out(await request.ask(command, deadline=BULK_WITHIN)))


@overstays.get("/status/", response=OverstayStatus)
async def get_overstay(request: ApiRequest) -> Response:
    """Retrieve the overstay status of a booking."""
    state = await request.ask(request.for_path(GetOverstay))
    return request.respond(OverstayStatus.of(state), version=state.version)


@overstays.post("/acknowledge/", refuses=("NO_OVERSTAY", "ILLEGAL_TRANSITION"))
async def acknowledge_overstay(request: ApiRequest, body: Acknowledgement) -> Response:
    """Acknowledge or dismiss an overstay."""
    return await change_booking(request, AcknowledgeOverstay, **body.model_dump())


@overstays.post("/extend/", refuses=(*NOT_EXTENSIBLE, "ROOM_OVERLAP_CONFLICT", "SOLD_OUT", "BEYOND_HORIZON"))
async def extend_stay(request: ApiRequest, body: Extension) -> Response:
    """Extend a stay.

    The guest keeps the room; the price of the added nights is owed. Where the room or its type is not available, the
    error has `conflicts` and up to five `suggested_rooms`.
    """
    nights = {"new_check_out": body.new_checkout_date, "add_nights": body.add_nights}
    return await change_booking(request, ExtendBooking, deadline=SEVERAL_SERVICES, **nights)
