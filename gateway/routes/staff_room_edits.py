"""A hotel's rooms are added, changed and removed. Availability follows at once."""

from starlette.responses import Response

from contracts.rooms import AddRoom, ChangeRoom, RemoveRoom
from contracts.values import Permission
from gateway.bodies.rooms import NewRoom, RoomChanges
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.routes.staff_rooms import shown
from gateway.shapes.rooms import Room

routes = Routes("rooms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rooms")

MANAGES = Permission.MANAGE_ROOMS


@routes.post("/", answers=Room, status=201, needs=MANAGES, refuses=("ROOM_EXISTS", "ROOM_TYPE_NOT_FOUND"))
async def add_room(call: Call, body: NewRoom) -> Response:
    """Add a room, ready for its first guest. One that was removed comes back with its history."""
    return await shown(call, await call.ask(AddRoom(hotel=call.hotel, **body.model_dump())))


@routes.patch(
    "/{room_number}/", answers=Room, needs=MANAGES, refuses=("ROOM_IN_USE", "ROOM_TYPE_NOT_FOUND", "WOULD_OVERSELL")
)
async def change_room(call: Call, body: RoomChanges) -> Response:
    """Change what the room is. Out of service or of another type only while no booking has it."""
    command = ChangeRoom(hotel=call.hotel, room_number=call.room_number, clear=body.emptied, **body.given)
    return await shown(call, await call.ask(command))


@routes.delete("/{room_number}/", needs=MANAGES, refuses=("ROOM_IN_USE", "WOULD_OVERSELL"))
async def remove_room(call: Call) -> Response:
    """Remove the room, its blocks and its cleaning task; refused while a live stay has it."""
    await call.ask(RemoveRoom(hotel=call.hotel, room_number=call.room_number))
    return Response(status_code=204)
