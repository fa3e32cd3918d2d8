"""A hotel's rooms: list, look, history, and which are free when. Bookings adds the names of who lives in them."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from chassis.refusal import Refusal, Unavailable
from contracts.bookings import GetGuestNames
from contracts.rooms import GetRoom, GetRoomHistory, RoomView
from gateway.bodies.housekeeping import FreeRoomQuery, RoomFilters
from gateway.bodies.stays import Paging
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes import rooms as shapes
from gateway.shapes.paging import links

routes = Routes("rooms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rooms")


async def guests_of(call: Call, bookings: Iterable[str | None]) -> dict[str, str]:
    """Names by booking id; empty where bookings cannot be asked: rooms are shown all the same."""
    lived_in = tuple(filter(None, bookings))
    if not lived_in:
        return {}
    try:
        return (await call.ask(GetGuestNames(hotel=call.hotel, booking_ids=lived_in))).names
    except (Refusal, Unavailable):
        return {}


async def shown(call: Call, view: RoomView) -> Response:
    """One room as staff see it."""
    names = await guests_of(call, (view.current_booking_id,))
    return call.answer(shapes.room(view, names.get(view.current_booking_id or "")), version=view.version)


@routes.get("/", answers=shapes.RoomList, refuses=("INVALID_FILTER",))
async def list_rooms(call: Call, filters: Annotated[RoomFilters, Query()]) -> Response:
    """The hotel's rooms by number."""
    found = await call.ask(filters.query(call.hotel))
    names = await guests_of(call, (view.current_booking_id for view in found.results))
    following, before = links(found.count, filters.wanted, call.query_params)
    rows = tuple(shapes.room(view, names.get(view.current_booking_id or "")) for view in found.results)
    return call.answer(shapes.RoomList(count=found.count, next=following, previous=before, results=rows))


@routes.get("/availability/", answers=shapes.RoomAvailability, refuses=("BEYOND_HORIZON", "ROOM_TYPE_NOT_FOUND"))
async def find_free_rooms(call: Call, asked: Annotated[FreeRoomQuery, Query()]) -> Response:
    """Which rooms could be had on some nights, and what is in the way of the others."""
    found = await call.ask(asked.query(call.hotel))
    names = await guests_of(call, (room.current_booking_id for room in found.available_rooms))
    return call.answer(shapes.room_availability(found, names))


@routes.get("/{room_number}/", answers=shapes.Room)
async def get_room(call: Call) -> Response:
    """One room."""
    return await shown(call, await call.ask(GetRoom(hotel=call.hotel, room_number=call.room_number)))


@routes.get("/{room_number}/status-history/", answers=shapes.StatusHistory)
async def get_status_history(call: Call, paging: Annotated[Paging, Query()]) -> Response:
    """Who changed the room's status, when and why; newest first."""
    found = await call.ask(GetRoomHistory(hotel=call.hotel, room_number=call.room_number, page=paging.wanted))
    following, before = links(found.count, paging.wanted, call.query_params)
    return call.answer(shapes.status_history(found, following=following, before=before))
