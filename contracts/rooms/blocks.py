"""Blocks: the nights on which a room is not available."""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.message import Command, Query
from contracts.values import Actor


@dataclass(frozen=True, kw_only=True)
class RoomBlock:
    """A block on the nights `[starts_on, until)`. `out_of_order`: the block of that room status."""

    id: int
    room_number: str
    starts_on: date
    until: date
    reason: str
    out_of_order: bool
    blocked_at: datetime
    blocked_by: Actor | None


@dataclass(frozen=True, kw_only=True)
class RoomBlocks:
    """A room's blocks of today and later, by date."""

    room_number: str
    blocks: tuple[RoomBlock, ...]


@dataclass(frozen=True, kw_only=True)
class ListBlocks(Query[RoomBlocks]):
    """A room's blocks; refused `ROOM_NOT_FOUND`."""

    hotel: str
    room_number: str


@dataclass(frozen=True, kw_only=True)
class BlockRoom(Command[RoomBlock]):
    """Block the room on the nights `[starts_on, until)`; without `starts_on` from today (hotel-local).

    Refused `ROOM_OVERLAP_CONFLICT` (with `conflicts`, booking ids, and `blocks`, ids) where the room is taken,
    `WOULD_OVERSELL` (with `nights`) where the room is needed for nights that are sold.
    """

    hotel: str
    room_number: str
    until: date
    starts_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class UnblockRoom(Command[RoomBlocks]):
    """End the block with this id; without `block_id` all blocks that touch the nights `[starts_on, until)`.

    The reply has the remaining blocks. An out-of-order block ends with that status of the room only: refused
    `ROOM_OUT_OF_ORDER` where `block_id` names such a block. Refused `BLOCK_NOT_FOUND`.
    """

    hotel: str
    room_number: str
    block_id: int | None = None
    starts_on: date | None = None
    until: date | None = None
