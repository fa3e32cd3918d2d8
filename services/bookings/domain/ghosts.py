"""Ghosts: differences between bookings in house and occupied rooms that no pending action explains."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from contracts.bookings.status import BookingStatus
from contracts.data import Data
from contracts.rooms.occupancy import RoomOccupancy
from services.bookings.lifecycle import ENDED


class GhostKind(StrEnum):
    """The kinds of differences between bookings and rooms."""

    OCCUPIED_BY_NOBODY = "OCCUPIED_BY_NOBODY"  # the room is occupied by a booking that is not in house
    NOT_IN_ITS_ROOM = "NOT_IN_ITS_ROOM"  # the booking is in house, but does not occupy its room
    CLAIMED_BY_NOBODY = "CLAIMED_BY_NOBODY"  # the room is assigned to a booking that has ended or was never stored


class Ghost(Data):
    """One difference between a booking and a room."""

    kind: GhostKind
    hotel: str
    room_number: str
    booking_id: str


class BookingPosition(Data):
    """A booking's room and status. `busy` is True while the booking has a pending action."""

    booking_id: str
    hotel: str
    room_number: str | None
    status: BookingStatus
    busy: bool


def differences(rooms: Sequence[RoomOccupancy], positions: Mapping[str, BookingPosition]) -> Iterator[Ghost]:
    """The ghosts in these rooms.

    `positions` has, by booking id, every booking that one of the rooms names or that is in house in one of them.
    """
    in_house = {(one.hotel, one.room_number): one for one in positions.values() if one.status is BookingStatus.IN_HOUSE}
    for room in rooms:
        occupant = positions.get(room.occupied_by or "")
        if room.occupied_by and not (occupant and (occupant.busy or occupant.status is BookingStatus.IN_HOUSE)):
            yield _ghost(GhostKind.OCCUPIED_BY_NOBODY, room, room.occupied_by)
        here = in_house.get((room.hotel, room.room_number))
        if here and not here.busy and room.occupied_by != here.booking_id:
            yield _ghost(GhostKind.NOT_IN_ITS_ROOM, room, here.booking_id)
        for booking_id in room.claimed_by:
            claimant = positions.get(booking_id)
            has_ended = claimant is None or (claimant.status in ENDED and not claimant.busy)
            if has_ended and booking_id != room.occupied_by:
                yield _ghost(GhostKind.CLAIMED_BY_NOBODY, room, booking_id)


def _ghost(kind: GhostKind, room: RoomOccupancy, booking_id: str) -> Ghost:
    return Ghost(kind=kind, hotel=room.hotel, room_number=room.room_number, booking_id=booking_id)
