"""The kinds of room that a hotel sells."""

from typing import Annotated, TypeVar

from fastapi import Query
from starlette.responses import Response

from chassis.refusal import Refusal
from contracts.message import Ask
from contracts.rooms import AddRoomType, ChangeRoomType, GetRoomType, ListRoomTypes, RemoveRoomType
from contracts.values import Permission
from gateway.api.catalogue.requests import NewRoomType, RoomTypeChanges, Searching
from gateway.api.catalogue.responses import RoomType, RoomTypeList, room_type, room_types
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

Reply = TypeVar("Reply")

routes = Routes("terms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/room-types")

MANAGES = Permission.MANAGE_SETTINGS


async def _of_path(request: ApiRequest, message: Ask[Reply]) -> Reply:
    """Ask about the type that the path names: one that is not there is not found."""
    try:
        return await request.ask(message)
    except Refusal as refused:
        if refused.code == "ROOM_TYPE_NOT_FOUND":
            raise Refusal("NOT_FOUND", refused.message) from refused
        raise


@routes.get("/", response=RoomTypeList, needs=MANAGES)
async def list_room_types(request: ApiRequest, wanted: Annotated[Searching, Query()]) -> Response:
    """The hotel's room types by code."""
    found = await request.ask(ListRoomTypes(hotel=request.hotel, search=wanted.search.strip(), page=wanted.wanted))
    return request.respond(room_types(found, wanted.wanted, request.query_params))


@routes.post("/", response=RoomType, status=201, needs=MANAGES, refuses=("ROOM_TYPE_EXISTS",))
async def add_room_type(request: ApiRequest, body: NewRoomType) -> Response:
    """Sell a new kind of room; it has no rooms yet."""
    return request.respond(room_type(await request.ask(AddRoomType(hotel=request.hotel, **body.model_dump()))))


@routes.get("/{code}/", response=RoomType, needs=MANAGES, refuses=("NOT_FOUND",))
async def get_room_type(request: ApiRequest) -> Response:
    """One room type."""
    return request.respond(room_type(await _of_path(request, GetRoomType(hotel=request.hotel, code=request.code))))


@routes.patch("/{code}/", response=RoomType, needs=MANAGES, refuses=("NOT_FOUND",))
async def change_room_type(request: ApiRequest, body: RoomTypeChanges) -> Response:
    """Change a room type. Bookings and quotes keep the price that they were made with."""
    command = ChangeRoomType(hotel=request.hotel, code=request.code, clear=body.emptied, **body.given)
    return request.respond(room_type(await _of_path(request, command)))


@routes.delete("/{code}/", needs=MANAGES, refuses=("NOT_FOUND", "ROOM_TYPE_IN_USE"))
async def remove_room_type(request: ApiRequest) -> Response:
    """Sell it no more; refused while it has rooms or sold nights to come."""
    await _of_path(request, RemoveRoomType(hotel=request.hotel, code=request.code))
    return Response(status_code=204)
