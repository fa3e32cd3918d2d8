"""Blocks: a room is kept from everybody for some nights."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.rooms import BlockRoom, ListBlocks, UnblockRoom
from contracts.values import Permission
from gateway.api.rooms.filters import BlockedNights
from gateway.api.rooms.requests import Block as NewBlock
from gateway.api.rooms.responses import Block, BlockList, block, block_list
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("rooms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rooms/{room_number}/blocks")

MANAGES = Permission.MANAGE_ROOMS


@routes.get("/", response=BlockList)
async def list_blocks(request: ApiRequest) -> Response:
    """The room's blocks, those of today and to come, by date."""
    return request.respond(
        block_list(await request.ask(ListBlocks(hotel=request.hotel, room_number=request.room_number)))
    )


@routes.post("/", response=Block, status=201, needs=MANAGES, refuses=("ROOM_OVERLAP_CONFLICT", "WOULD_OVERSELL"))
async def block_room(request: ApiRequest, body: NewBlock) -> Response:
    """Keep the room from everybody on some nights."""
    command = BlockRoom(
        hotel=request.hotel,
        room_number=request.room_number,
        starts_on=body.starts_on,
        until=body.until,
        reason=body.reason,
    )
    return request.respond(block(await request.ask(command)))


@routes.delete("/", response=BlockList, status=200, needs=MANAGES)
async def lift_blocks(request: ApiRequest, nights: Annotated[BlockedNights, Query()]) -> Response:
    """Lift all blocks of the room, or those that touch the nights. What is left of them is answered."""
    command = UnblockRoom(
        hotel=request.hotel, room_number=request.room_number, starts_on=nights.starts_on, until=nights.until
    )
    return request.respond(block_list(await request.ask(command)))


@routes.delete(
    "/{block_id}/", response=BlockList, status=200, needs=MANAGES, refuses=("BLOCK_NOT_FOUND", "ROOM_OUT_OF_ORDER")
)
async def lift_block(request: ApiRequest) -> Response:
    """Lift one block. The block of a room that is out of order ends with that status only."""
    block_id = request.path_number("block_id", missing="BLOCK_NOT_FOUND")
    command = UnblockRoom(hotel=request.hotel, room_number=request.room_number, block_id=block_id)
    return request.respond(block_list(await request.ask(command)))
