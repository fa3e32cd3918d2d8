"""A room's way from dirty to ready: each action is a step of its status, with what it accepts and needs."""

from typing import Any

from starlette.responses import Response

from contracts.rooms import ChangeRoomStatus, MaintenancePriority, RoomStatus
from contracts.values import Permission
from gateway.api.rooms.requests import Inspection, Maintenance, Remark, StatusChange
from gateway.api.rooms.responses import Room
from gateway.api.rooms.routes import shown
from gateway.http.fields import NoFields
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("rooms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rooms/{room_number}")

CLEANS, INSPECTS, MANAGES = Permission.CLEAN, Permission.INSPECT, Permission.MANAGE_ROOMS
REPORTS = (CLEANS, INSPECTS, MANAGES, Permission.MANAGE_CHECKIN)
REFUSES = ("ILLEGAL_ROOM_TRANSITION", "ROOM_HAS_GUEST")

# Whoever may bring about any step at all may ask for one; rooms knows what each step needs.
TURNS = (CLEANS, INSPECTS, MANAGES, Permission.OVERRIDE, Permission.MANAGE_CHECKIN)


async def _moved(request: ApiRequest, to: RoomStatus, *only_from: RoomStatus, **more: Any) -> Response:
    command = ChangeRoomStatus(
        hotel=request.hotel, room_number=request.room_number, to_status=to, only_from=only_from, **more
    )
    return await shown(request, await request.ask(command))


@routes.post("/start-cleaning/", response=Room, needs=CLEANS, refuses=REFUSES)
async def start_cleaning(request: ApiRequest, _: NoFields) -> Response:
    """Somebody begins to clean the room."""
    return await _moved(request, RoomStatus.CLEANING_IN_PROGRESS, RoomStatus.CHECKOUT_DIRTY)


@routes.post("/mark-cleaned/", response=Room, needs=CLEANS, refuses=REFUSES)
async def mark_cleaned(request: ApiRequest, _: NoFields) -> Response:
    """The room is clean and waits for its inspection."""
    return await _moved(
        request, RoomStatus.CLEANED_UNINSPECTED, RoomStatus.CHECKOUT_DIRTY, RoomStatus.CLEANING_IN_PROGRESS
    )


@routes.post("/inspect/", response=Room, needs=INSPECTS, refuses=REFUSES)
async def inspect_room(request: ApiRequest, body: Inspection) -> Response:
    """The room passes its inspection and is ready, or is to be cleaned again."""
    to = RoomStatus.READY_FOR_GUEST if body.passed else RoomStatus.CHECKOUT_DIRTY
    return await _moved(request, to, RoomStatus.CLEANED_UNINSPECTED, note=body.notes)


@routes.post("/mark-maintenance/", response=Room, needs=REPORTS, refuses=REFUSES)
async def mark_maintenance(request: ApiRequest, body: Maintenance) -> Response:
    """Something in the room is broken."""
    return await _moved(
        request, RoomStatus.MAINTENANCE_REQUIRED, note=body.notes, priority=MaintenancePriority(body.priority)
    )


@routes.post("/complete-maintenance/", response=Room, needs=(CLEANS, INSPECTS, MANAGES), refuses=REFUSES)
async def complete_maintenance(request: ApiRequest, body: Remark) -> Response:
    """It is repaired; the room is cleaned before the next guest."""
    return await _moved(
        request,
        RoomStatus.CHECKOUT_DIRTY,
        RoomStatus.MAINTENANCE_REQUIRED,
        RoomStatus.OUT_OF_ORDER,
        note=body.notes,
    )


@routes.post(
    "/status/",
    response=Room,
    needs=TURNS,
    refuses=(*REFUSES, "NOTE_REQUIRED", "UNTIL_REQUIRED", "ROOM_OVERLAP_CONFLICT", "WOULD_OVERSELL"),
)
async def change_room_status(request: ApiRequest, body: StatusChange) -> Response:
    """Send the room to a status outright."""
    return await _moved(request, RoomStatus(body.to_status), note=body.note, until=body.until)
