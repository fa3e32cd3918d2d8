"""The rooms of a hotel: list, create, change, delete, and their status. The bookings service has the guests' names."""

from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.queries import GetBooking, GetGuestNames
from contracts.message import Ask
from contracts.rooms.events import MaintenancePriority, RoomStatus
from contracts.rooms.room_availability import FindFreeRooms
from contracts.rooms.rooms import (
    AddRoom,
    ChangeRoom,
    GetRoom,
    GetRoomHistory,
    ListRooms,
    RemoveRoom,
    RoomChange,
    RoomView,
)
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Permission
from gateway.api.rooms.filters import FreeRoomQuery, RoomFilters
from gateway.api.rooms.requests import Inspection, Maintenance, NewRoom, Remark, RoomChanges, StatusChange
from gateway.api.rooms.responses import RoomAvailability, StaffRoom, StatusHistory, room, room_availability
from gateway.http.fields import FromQuery, NoFields
from gateway.http.pages import Paging, page_of
from gateway.http.request import ApiRequest
from gateway.http.routing import staff_routes
from gateway.http.views import view

routes = staff_routes("rooms", "/rooms", response=StaffRoom)

CLEAN, INSPECT, MANAGE = Permission.CLEAN, Permission.INSPECT, Permission.MANAGE_ROOMS
REPORT = (CLEAN, INSPECT, MANAGE, Permission.MANAGE_CHECKIN)
# The rooms service checks the permission that the requested step needs; each of these allows some step.
ANY_STEP = (CLEAN, INSPECT, MANAGE, Permission.OVERRIDE, Permission.MANAGE_CHECKIN)
REFUSES = ("ILLEGAL_ROOM_TRANSITION", "ROOM_HAS_GUEST")


async def _guest_names(request: ApiRequest, bookings: Iterable[str | None]) -> dict[str, str]:
    """The guests' names by booking id. Empty while the bookings service is down, so that rooms are still listed."""
    booking_ids = tuple(filter(None, bookings))
    if not booking_ids:
        return {}
    try:
        return (await request.ask(GetGuestNames(hotel=request.hotel, booking_ids=booking_ids))).names
    except (Refusal, Unavailable):
        return {}


async def _answer(request: ApiRequest, message: Ask[RoomView]) -> Response:
    reply = await request.ask(message)
    names = await _guest_names(request, (reply.current_booking_id,))
    return request.respond(room(reply, names), version=reply.version)


@routes.get("/", response=page_of(StaffRoom), refuses=("INVALID_FILTER",))
async def list_rooms(request: ApiRequest, filters: FromQuery[RoomFilters]) -> Response:
    """List rooms."""
    reply = await request.ask(request.for_path(ListRooms, **filters.values))
    names = await _guest_names(request, (each.current_booking_id for each in reply.results))
    return request.respond_page(lambda each: room(each, names), reply.results, count=reply.count, paging=filters)


@routes.get(
    "/availability/",
    response=RoomAvailability,
    refuses=("BEYOND_HORIZON", "ROOM_TYPE_NOT_FOUND", "BOOKING_NOT_FOUND"),
)
async def find_free_rooms(request: ApiRequest, query: FromQuery[FreeRoomQuery]) -> Response:
    """List the free and the taken rooms for a period.

    `available_rooms` has the rooms that are free on all nights from `check_in` to `check_out`. `unavailable_rooms` has
    the other rooms, each with the reason.
    """
    if query.exclude_booking is not None:
        await request.ask(GetBooking(hotel=request.hotel, booking_id=query.exclude_booking))
    reply = await request.ask(request.for_path(FindFreeRooms, **query.model_dump()))
    names = await _guest_names(request, (free.current_booking_id for free in reply.available_rooms))
    return request.respond(room_availability(reply, names))


@routes.get("/{room_number}/")
async def get_room(request: ApiRequest) -> Response:
    """Retrieve a room."""
    return await _answer(request, request.for_path(GetRoom))


@routes.get("/{room_number}/status-history/", response=StatusHistory)
async def get_status_history(request: ApiRequest, paging: FromQuery[Paging]) -> Response:
    """List the status changes of a room. Newest first. Each change says who changed the status, when and why."""
    history = await request.ask(request.for_path(GetRoomHistory, **paging.values))
    encode, more = view(RoomChange).of, {"room_number": history.room_number}
    return request.respond_page(encode, history.changes, count=history.count, paging=paging, **more)


@routes.post("/", status=201, needs=MANAGE, refuses=("ROOM_EXISTS", "ROOM_TYPE_NOT_FOUND"))
async def add_room(request: ApiRequest, body: NewRoom) -> Response:
    """Create a room. The room is ready for its first guest. A deleted room with this number gets its history back."""
    return await _answer(request, request.for_path(AddRoom, **body.model_dump()))


@routes.patch("/{room_number}/", needs=MANAGE, refuses=("ROOM_IN_USE", "ROOM_TYPE_NOT_FOUND", "WOULD_OVERSELL"))
async def change_room(request: ApiRequest, body: RoomChanges) -> Response:
    """Update a room. The room type and `is_active` change only while no booking has the room."""
    return await _answer(request, request.for_path(ChangeRoom, **body.changes))


@routes.delete("/{room_number}/", needs=MANAGE, refuses=("ROOM_IN_USE", "WOULD_OVERSELL"))
async def remove_room(request: ApiRequest) -> Response:
    """Delete a room. Deletes the room's blocks and cleaning task, too. Refused while a stay has the room."""
    return await request.answer(request.for_path(RemoveRoom))


async def _change_status(request: ApiRequest, to: RoomStatus, *only_from: RoomStatus, **more: Any) -> Response:
    command = request.for_path(ChangeRoomStatus, to_status=to, only_from=only_from, **more)
    return await _answer(request, command)


@routes.post("/{room_number}/start-cleaning/", needs=CLEAN, refuses=REFUSES)
async def start_cleaning(request: ApiRequest, _: NoFields) -> Response:
    """Start cleaning a room."""
    return await _change_status(request, RoomStatus.CLEANING_IN_PROGRESS, RoomStatus.CHECKOUT_DIRTY)


@routes.post("/{room_number}/mark-cleaned/", needs=CLEAN, refuses=REFUSES)
async def mark_cleaned(request: ApiRequest, _: NoFields) -> Response:
    """Mark a room as cleaned. The room then needs an inspection."""
    dirty = RoomStatus.CHECKOUT_DIRTY, RoomStatus.CLEANING_IN_PROGRESS
    return await _change_status(request, RoomStatus.CLEANED_UNINSPECTED, *dirty)


@routes.post("/{room_number}/inspect/", needs=INSPECT, refuses=REFUSES)
async def inspect_room(request: ApiRequest, body: Inspection) -> Response:
    """Inspect a room. A room that passes is ready for the next guest. A room that fails is cleaned again."""
    to = RoomStatus.READY_FOR_GUEST if body.passed else RoomStatus.CHECKOUT_DIRTY
    return await _change_status(request, to, RoomStatus.CLEANED_UNINSPECTED, note=body.notes)


@routes.post("/{room_number}/mark-maintenance/", needs=REPORT, refuses=REFUSES)
async def mark_maintenance(request: ApiRequest, body: Maintenance) -> Response:
    """Report that a room needs maintenance."""
    priority = MaintenancePriority(body.priority)
    return await _change_status(request, RoomStatus.MAINTENANCE_REQUIRED, note=body.notes, priority=priority)


@routes.post("/{room_number}/complete-maintenance/", needs=(CLEAN, INSPECT, MANAGE), refuses=REFUSES)
async def complete_maintenance(request: ApiRequest, body: Remark) -> Response:
    """Complete the maintenance of a room. The room is cleaned before the next guest."""
    closed = RoomStatus.MAINTENANCE_REQUIRED, RoomStatus.OUT_OF_ORDER
    return await _change_status(request, RoomStatus.CHECKOUT_DIRTY, *closed, note=body.notes)


@routes.post(
    "/{room_number}/status/",
    needs=ANY_STEP,
    refuses=(*REFUSES, "NOTE_REQUIRED", "UNTIL_REQUIRED", "ROOM_OVERLAP_CONFLICT", "WOULD_OVERSELL"),
)
async def change_room_status(request: ApiRequest, body: StatusChange) -> Response:
    """Change the status of a room."""
    return await _change_status(request, RoomStatus(body.to_status), note=body.note, until=body.until)
