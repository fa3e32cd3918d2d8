"""The packing of one room type: rooms and nights are numbers from 0 on, and a placement of stays is checked here."""

from collections.abc import Sequence
from dataclasses import dataclass

NO_ROOM = -1


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A stay or block on the nights `first` to `until - 1`.

    `home` is the room that the slot has now, or `NO_ROOM` for a stay that needs one. A `fixed` slot stays where it is.
    """

    first: int
    until: int
    home: int = NO_ROOM
    fixed: bool = False

    @property
    def is_movable(self) -> bool:
        """Whether the slot has a room and may get another one."""
        return self.home != NO_ROOM and not self.fixed


@dataclass(frozen=True, kw_only=True)
class Packing:
    """The slots of one room type, with the number of rooms and of nights. Homes never overlap (`check_packing`)."""

    rooms: int
    nights: int
    slots: tuple[Slot, ...]


@dataclass(frozen=True, kw_only=True)
class Placement:
    """The room of each slot, or `NO_ROOM`.

    No placement leaves fewer slots than `unplaced_at_least` without a room, and none that leaves as few as this one has
    fewer moves than `moves_at_least`.
    """

    room_of: tuple[int, ...]
    unplaced_at_least: int
    moves_at_least: int


def check_packing(packing: Packing) -> None:
    """Check ranges, that fixed slots have a room, and that no two homes overlap. Raises `ValueError`."""
    for slot in packing.slots:
        if not 0 <= slot.first < slot.until <= packing.nights:
            raise ValueError(f"{slot} is not on the nights 0 to {packing.nights - 1}")
        if not NO_ROOM <= slot.home < packing.rooms:
            raise ValueError(f"{slot} is in no room from 0 to {packing.rooms - 1}")
        if slot.fixed and slot.home == NO_ROOM:
            raise ValueError(f"{slot} is fixed and has no room")
    if overlapping(packing, [slot.home for slot in packing.slots]):
        raise ValueError("two slots have the same room on the same night")


def is_valid(packing: Packing, room_of: Sequence[int]) -> bool:
    """Whether the rooms are a placement: nobody loses a room, fixed slots stay, and no room is taken twice."""
    if len(room_of) != len(packing.slots):
        return False
    for slot, room in zip(packing.slots, room_of, strict=True):
        if not NO_ROOM <= room < packing.rooms:
            return False
        if slot.home != NO_ROOM and (room == NO_ROOM or (slot.fixed and room != slot.home)):
            return False
    return not overlapping(packing, room_of)


def overlapping(packing: Packing, room_of: Sequence[int]) -> bool:
    """Whether two slots have the same room on the same night."""
    taken = [0] * packing.rooms
    for slot, room in zip(packing.slots, room_of, strict=True):
        if room != NO_ROOM:
            nights = night_bits(slot.first, slot.until)
            if taken[room] & nights:
                return True
            taken[room] |= nights
    return False


def night_bits(first: int, until: int) -> int:
    """The nights `first` to `until - 1` as the bits of an integer."""
    return (1 << until) - (1 << first)


def unplaced(room_of: Sequence[int]) -> int:
    """The number of slots without a room."""
    return sum(1 for room in room_of if room == NO_ROOM)


def moves(packing: Packing, room_of: Sequence[int]) -> int:
    """The number of slots that have a room now and get another one."""
    pairs = zip(packing.slots, room_of, strict=True)
    return sum(1 for slot, room in pairs if slot.home not in (NO_ROOM, room))
