"""A hotel's rooms are added, changed and removed. Availability follows at once."""

from starlette.responses import Response

from contracts.rooms import AddRoom, ChangeRoom, RemoveRoom
from contracts.values import Permission
from gateway.api.rooms.requests import NewRoom, RoomChanges
from gateway.api.rooms.responses import Room
from gateway.api.rooms.routes import shown
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("rooms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rooms")

MANAGES = Permission.MANAGE_ROOMS


@routes.post("/", response=Room, status=201, needs=MANAGES, refuses=("ROOM_EXISTS", "ROOM_TYPE_NOT_FOUND"))
async def add_room(request: ApiRequest, body: NewRoom) -> Response:
    """Add a room, ready for its first guest. One that was removed comes back with its history."""
    return await shown(request, await request.ask(AddRoom(hotel=request.hotel, **body.model_dump())))


@routes.patch(
    "/{room_number}/", response=Room, needs=MANAGES, refuses=("ROOM_IN_USE", "ROOM_TYPE_NOT_FOUND", "WOULD_OVERSELL")
)
async def change_room(request: ApiRequest, body: RoomChanges) -> Response:
    """Change what the room is. Out of service or of another type only while no booking has it."""
    command = ChangeRoom(hotel=request.hotel, room_number=request.room_number, clear=body.emptied, **body.given)
    return await shown(request, await request.ask(command))


@routes.delete("/{room_number}/", needs=MANAGES, refuses=("ROOM_IN_USE", "WOULD_OVERSELL"))
async def remove_room(request: ApiRequest) -> Response:
    """Remove the room, its blocks and its cleaning task; refused while a live stay has it."""
    await request.ask(RemoveRoom(hotel=request.hotel, room_number=request.room_number))
    return Response(status_code=204)
