"""The kinds of room that a hotel sells."""

from typing import Annotated, TypeVar

from fastapi import Query
from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.message import Ask
from contracts.rooms import AddRoomType, ChangeRoomType, GetRoomType, ListRoomTypes, RemoveRoomType
from contracts.values import Permission
from gateway.bodies.terms import NewRoomType, RoomTypeChanges, Searching
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes.terms import RoomType, RoomTypeList, room_type, room_types

Reply = TypeVar("Reply")

routes = Routes("terms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-types")

MANAGES = Permission.MANAGE_SETTINGS


async def _of_path(call: Call, message: Ask[Reply]) -> Reply:
    """Ask about the type that the path names: one that is not there is not found."""
    try:
        return await call.ask(message)
    except Refusal as refused:
        if refused.code == "ROOM_TYPE_NOT_FOUND":
            raise Refusal("NOT_FOUND", refused.message) from refused
        raise


@routes.get("/", answers=RoomTypeList, needs=MANAGES)
async def list_room_types(call: Call, wanted: Annotated[Searching, Query()]) -> Response:
    """The hotel's room types by code."""
    found = await call.ask(ListRoomTypes(hotel=call.hotel, search=wanted.search.strip(), page=wanted.wanted))
    return call.answer(room_types(found, wanted.wanted, call.query_params))


@routes.post("/", answers=RoomType, status=201, needs=MANAGES, refuses=("ROOM_TYPE_EXISTS",))
async def add_room_type(call: Call, body: NewRoomType) -> Response:
    """Sell a new kind of room; it has no rooms yet."""
    return call.answer(room_type(await call.ask(AddRoomType(hotel=call.hotel, **body.model_dump()))))


@routes.get("/{code}/", answers=RoomType, needs=MANAGES, refuses=("NOT_FOUND",))
async def get_room_type(call: Call) -> Response:
    """One room type."""
    return call.answer(room_type(await _of_path(call, GetRoomType(hotel=call.hotel, code=call.code))))


@routes.patch("/{code}/", answers=RoomType, needs=MANAGES, refuses=("NOT_FOUND",))
async def change_room_type(call: Call, body: RoomTypeChanges) -> Response:
    """Change a room type. Bookings and quotes keep the price that they were made with."""
    command = ChangeRoomType(hotel=call.hotel, code=call.code, clear=body.emptied, **body.given)
    return call.answer(room_type(await _of_path(call, command)))


@routes.delete("/{code}/", needs=MANAGES, refuses=("NOT_FOUND", "ROOM_TYPE_IN_USE"))
async def remove_room_type(call: Call) -> Response:
    """Sell it no more; refused while it has rooms or sold nights to come."""
    await _of_path(call, RemoveRoomType(hotel=call.hotel, code=call.code))
    return Response(status_code=204)
