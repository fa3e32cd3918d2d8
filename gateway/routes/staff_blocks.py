"""Blocks: a room is kept from everybody for some nights."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from contracts.rooms import BlockRoom, ListBlocks, UnblockRoom
from contracts.values import Permission
from gateway.bodies.housekeeping import BlockedNights
from gateway.bodies.rooms import Block as NewBlock
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes
from gateway.shapes.rooms import Block, BlockList, block, block_list

routes = Routes("rooms", audience=Audience.STAFF, under="/api/staff/hotels/{slug}/rooms/{room_number}/blocks")

MANAGES = Permission.MANAGE_ROOMS


@routes.get("/", answers=BlockList)
async def list_blocks(call: Call) -> Response:
    """The room's blocks, those of today and to come, by date."""
    return call.answer(block_list(await call.ask(ListBlocks(hotel=call.hotel, room_number=call.room_number))))


@routes.post("/", answers=Block, status=201, needs=MANAGES, refuses=("ROOM_OVERLAP_CONFLICT", "WOULD_OVERSELL"))
async def block_room(call: Call, body: NewBlock) -> Response:
    """Keep the room from everybody on some nights."""
    command = BlockRoom(
        hotel=call.hotel,
        room_number=call.room_number,
        starts_on=body.starts_on,
        until=body.until,
        reason=body.reason,
    )
    return call.answer(block(await call.ask(command)))


@routes.delete("/", answers=BlockList, status=200, needs=MANAGES)
async def lift_blocks(call: Call, nights: Annotated[BlockedNights, Query()]) -> Response:
    """Lift all blocks of the room, or those that touch the nights. What is left of them is answered."""
    command = UnblockRoom(
        hotel=call.hotel, room_number=call.room_number, starts_on=nights.starts_on, until=nights.until
    )
    return call.answer(block_list(await call.ask(command)))


@routes.delete(
    "/{block_id}/", answers=BlockList, status=200, needs=MANAGES, refuses=("BLOCK_NOT_FOUND", "ROOM_OUT_OF_ORDER")
)
async def lift_block(call: Call) -> Response:
    """Lift one block. The block of a room that is out of order ends with that status only."""
    block_id = call.numbered("block_id", missing="BLOCK_NOT_FOUND")
    command = UnblockRoom(hotel=call.hotel, room_number=call.room_number, block_id=block_id)
    return call.answer(block_list(await call.ask(command)))
