"""Blocks: the nights on which nobody has a room, and what can be asked about them."""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.message import Command, Query
from contracts.values import Actor


@dataclass(frozen=True, kw_only=True)
class RoomBlock:
    """Nobody has the room on the nights `[starts_on, until)`. `out_of_order`: for as long as it has that status."""

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
    """A room's blocks, those of today and to come, by date."""

    room_number: str
    blocks: tuple[RoomBlock, ...]


@dataclass(frozen=True, kw_only=True)
class ListBlocks(Query[RoomBlocks]):
    """A room's blocks; refused `ROOM_NOT_FOUND`."""

    hotel: str
    room_number: str


@dataclass(frozen=True, kw_only=True)
class BlockRoom(Command[RoomBlock]):
    """Keep the room from everybody on the nights `[starts_on, until)`; without `starts_on` from today (hotel-local).

    Refused `ROOM_OVERLAP_CONFLICT` (with `conflicts`, booking ids, and `blocks`, ids) where somebody has it already,
    `WOULD_OVERSELL` (with `nights`) where it is needed for what is sold.
    """

    hotel: str
    room_number: str
    until: date
    starts_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class UnblockRoom(Command[RoomBlocks]):
    """Lift a block, or without `block_id` all of the room's that touch the nights `[starts_on, until)`.

    Answers what is left. The block of a room that is out of order ends with that status only: refused
    `ROOM_OUT_OF_ORDER` where it is named, passed over where it is not. Refused `BLOCK_NOT_FOUND`.
    """

    hotel: str
    room_number: str
    block_id: int | None = None
    starts_on: date | None = None
    until: date | None = None
