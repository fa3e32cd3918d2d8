"""Ghosts: where bookings and rooms do not agree about who lives where, though nothing is under way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts.bookings import BookingStatus
from contracts.rooms.occupancy import RoomOccupancy
from services.bookings.lifecycle import ENDED


class GhostKind(StrEnum):
    """What does not agree."""

    OCCUPIED_BY_NOBODY = "OCCUPIED_BY_NOBODY"  # the room is occupied by a booking that is not in house
    NOT_IN_ITS_ROOM = "NOT_IN_ITS_ROOM"  # the booking is in house, and its room is not occupied by it
    CLAIMED_BY_NOBODY = "CLAIMED_BY_NOBODY"  # the room is kept for a booking that has ended or never was


@dataclass(frozen=True, kw_only=True)
class Ghost:
    """One disagreement."""

    kind: GhostKind
    hotel: str
    room_number: str
    booking_id: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a booking stands, as bookings has it. `busy`: an action is under way with it."""

    booking_id: str
    hotel: str
    room_number: str | None
    status: BookingStatus
    busy: bool


def found(rooms: Sequence[RoomOccupancy], standings: Mapping[str, Standing]) -> Iterator[Ghost]:
    """The ghosts in these rooms. `standings` has every booking that they name, and all that are in house in them."""
    in_house = {(one.hotel, one.room_number): one for one in standings.values() if one.status is BookingStatus.IN_HOUSE}
    for room in rooms:
        lives = standings.get(room.occupied_by or "")
        if room.occupied_by and not (lives and (lives.busy or lives.status is BookingStatus.IN_HOUSE)):
            yield _ghost(GhostKind.OCCUPIED_BY_NOBODY, room, room.occupied_by)
        here = in_house.get((room.hotel, room.room_number))
        if here and not here.busy and room.occupied_by != here.booking_id:
            yield _ghost(GhostKind.NOT_IN_ITS_ROOM, room, here.booking_id)
        for booking_id in room.claimed_by:
            claims = standings.get(booking_id)
            over = claims is None or (claims.status in ENDED and not claims.busy)
            if over and booking_id != room.occupied_by:
                yield _ghost(GhostKind.CLAIMED_BY_NOBODY, room, booking_id)


def _ghost(kind: GhostKind, room: RoomOccupancy, booking_id: str) -> Ghost:
    return Ghost(kind=kind, hotel=room.hotel, room_number=room.room_number, booking_id=booking_id)
