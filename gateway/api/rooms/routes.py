"""A hotel's rooms: list, look, history, and which are free when. Bookings adds the names of who lives in them."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from chassis.refusal import Refusal, Unavailable
from contracts.bookings import GetGuestNames
from contracts.rooms import GetRoom, GetRoomHistory, RoomView
from gateway.api.rooms import responses as shapes
from gateway.api.rooms.filters import FreeRoomQuery, RoomFilters
from gateway.http.pages import links
from gateway.http.paging import Paging
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("rooms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rooms")


async def guests_of(request: ApiRequest, bookings: Iterable[str | None]) -> dict[str, str]:
    """Names by booking id; empty where bookings cannot be asked: rooms are shown all the same."""
    lived_in = tuple(filter(None, bookings))
    if not lived_in:
        return {}
    try:
        return (await request.ask(GetGuestNames(hotel=request.hotel, booking_ids=lived_in))).names
    except (Refusal, Unavailable):
        return {}


async def shown(request: ApiRequest, view: RoomView) -> Response:
    """One room as staff see it."""
    names = await guests_of(request, (view.current_booking_id,))
    return request.respond(shapes.room(view, names.get(view.current_booking_id or "")), version=view.version)


@routes.get("/", response=shapes.RoomList, refuses=("INVALID_FILTER",))
async def list_rooms(request: ApiRequest, filters: Annotated[RoomFilters, Query()]) -> Response:
    """The hotel's rooms by number."""
    found = await request.ask(filters.query(request.hotel))
    names = await guests_of(request, (view.current_booking_id for view in found.results))
    following, before = links(found.count, filters.wanted, request.query_params)
    rows = tuple(shapes.room(view, names.get(view.current_booking_id or "")) for view in found.results)
    return request.respond(shapes.RoomList(count=found.count, next=following, previous=before, results=rows))


@routes.get("/availability/", response=shapes.RoomAvailability, refuses=("BEYOND_HORIZON", "ROOM_TYPE_NOT_FOUND"))
async def find_free_rooms(request: ApiRequest, asked: Annotated[FreeRoomQuery, Query()]) -> Response:
    """Which rooms could be had on some nights, and what is in the way of the others."""
    found = await request.ask(asked.query(request.hotel))
    names = await guests_of(request, (room.current_booking_id for room in found.available_rooms))
    return request.respond(shapes.room_availability(found, names))


@routes.get("/{room_number}/", response=shapes.Room)
async def get_room(request: ApiRequest) -> Response:
    """One room."""
    return await shown(request, await request.ask(GetRoom(hotel=request.hotel, room_number=request.room_number)))


@routes.get("/{room_number}/status-history/", response=shapes.StatusHistory)
async def get_status_history(request: ApiRequest, paging: Annotated[Paging, Query()]) -> Response:
    """Who changed the room's status, when and why; newest first."""
    found = await request.ask(GetRoomHistory(hotel=request.hotel, room_number=request.room_number, page=paging.wanted))
    following, before = links(found.count, paging.wanted, request.query_params)
    return request.respond(shapes.status_history(found, following=following, before=before))
