"""A hotel's rooms: list, look, history. Bookings adds the names of who lives in them."""

from typing import Annotated

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from chassis.refusal import Refusal, Unavailable
from contracts.bookings import GetGuestNames
from contracts.rooms import GetRoom, GetRoomHistory, ListRooms, RoomStatus, RoomView
from gateway.bodies.stays import Paging
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes import rooms as shapes
from gateway.shapes.paging import links

routes = Routes("rooms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rooms")


class RoomFilters(Paging):
    """Which rooms. `search` matches number and type."""

    search: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = ""
    status: Annotated[str, Field(description="One room status.")] = ""


async def guests_of(call: Call, views: tuple[RoomView, ...]) -> dict[str, str]:
    """Names by booking id; empty where bookings cannot be asked: rooms are shown all the same."""
    lived_in = tuple(view.current_booking_id for view in views if view.current_booking_id)
    if not lived_in:
        return {}
    try:
        return (await call.ask(GetGuestNames(hotel=call.hotel, booking_ids=lived_in))).names
    except (Refusal, Unavailable):
        return {}


async def shown(call: Call, view: RoomView) -> Response:
    """One room as staff see it."""
    names = await guests_of(call, (view,))
    return call.answer(shapes.room(view, names.get(view.current_booking_id or "")), version=view.version)


@routes.get("/", answers=shapes.RoomList, refuses=("INVALID_FILTER",))
async def list_rooms(call: Call, filters: Annotated[RoomFilters, Query()]) -> Response:
    """The hotel's rooms by number."""
    if filters.status and filters.status not in set(RoomStatus):
        raise Refusal("INVALID_FILTER", "The filter status cannot be read.")
    status = RoomStatus(filters.status) if filters.status else None
    found = await call.ask(
        ListRooms(hotel=call.hotel, search=filters.search.strip(), status=status, page=filters.wanted)
    )
    names = await guests_of(call, found.results)
    following, before = links(found.count, filters.wanted, call.query_params)
    rows = tuple(shapes.room(view, names.get(view.current_booking_id or "")) for view in found.results)
    return call.answer(shapes.RoomList(count=found.count, next=following, previous=before, results=rows))


@routes.get("/{room_number}/", answers=shapes.Room)
async def get_room(call: Call) -> Response:
    """One room."""
    return await shown(call, await call.ask(GetRoom(hotel=call.hotel, room_number=call.room_number)))


@routes.get("/{room_number}/status-history/", answers=shapes.StatusHistory)
async def get_status_history(call: Call) -> Response:
    """Who changed the room's status, when and why; newest first."""
    found = await call.ask(GetRoomHistory(hotel=call.hotel, room_number=call.room_number))
    return call.answer(shapes.status_history(found))
