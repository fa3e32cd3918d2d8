"""Blocks: the nights on which a room is not available."""

from datetime import date, datetime

from contracts.data import Data
from contracts.message import Command, Query
from contracts.rooms.rooms import RoomAsk
from contracts.values import Actor


class RoomBlock(Data):
    """A block of a room on the nights `[starts_on, until)`.

    `out_of_order` is True for the block that belongs to the room status `OUT_OF_ORDER`.
    """

    id: int
    room_number: str
    starts_on: date
    until: date
    reason: str
    out_of_order: bool
    blocked_at: datetime
    blocked_by: Actor | None


class RoomBlocks(Data):
    """A room's current and future blocks, ordered by date."""

    room_number: str
    blocks: tuple[RoomBlock, ...]


class ListBlocks(RoomAsk, Query[RoomBlocks]):
    """Return a room's current and future blocks. Refused `ROOM_NOT_FOUND`."""


class BlockRoom(RoomAsk, Command[RoomBlock]):
    """Block the room on the nights `[starts_on, until)`. A `starts_on` that is None means today, hotel-local.

    Refused `ROOM_OVERLAP_CONFLICT` (with `conflicts`, booking ids, and `blocks`, block ids) where the room is taken,
    `WOULD_OVERSELL` (with `nights`) where the room is needed for nights that are sold.
    """

    until: date
    starts_on: date | None = None
    reason: str = ""


class UnblockRoom(RoomAsk, Command[RoomBlocks]):
    """End the block with the id `block_id`. Without an id, end all blocks that overlap the nights `[starts_on, until)`.

    The reply contains the remaining blocks. An out-of-order block ends only when the room is back in order. Refused
    `BLOCK_NOT_FOUND`, and `ROOM_OUT_OF_ORDER` where `block_id` names an out-of-order block.
    """

    block_id: int | None = None
    starts_on: date | None = None
    until: date | None = None
