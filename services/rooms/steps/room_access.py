"""Reads or locks a room of the caller's hotel."""

from datetime import date

from chassis.refusal import Refusal
from services.rooms.domain import stays
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.rooms import Room, existing
from services.rooms.steps import hotel_access
from services.rooms.work import RoomsWork


def read(work: RoomsWork, hotel: str, room_number: str) -> Room:
    """The room, read without a lock. Refused `ROOM_NOT_FOUND`."""
    return existing(work.rooms.get(hotel, room_number))


def lock(work: RoomsWork, hotel: Hotel, room_number: str) -> Room:
    """The room, locked, at the version that the caller has read.

    Refused `ROOM_NOT_FOUND`, `VERSION_MISMATCH`. The caller of this step has locked the hotel, exclusively or shared.
    """
    room = existing(work.rooms.lock_one(hotel.slug, room_number))
    if not work.context.expects(room.version):
        raise version_mismatch(room)
    return room


def lock_in_own_hotel(work: RoomsWork, slug: str, room_number: str) -> tuple[Room, date]:
    """The room (locked), its hotel (with a shared lock), and the hotel-local date."""
    hotel = hotel_access.shared(work, slug)
    return lock(work, hotel, room_number), stays.local_day(work.now, hotel.timezone)


def version_mismatch(room: Room) -> Refusal:
    """The refusal `VERSION_MISMATCH`, for a room that has changed since the caller read the room."""
    return Refusal("VERSION_MISMATCH", "The room has changed since you looked at it.", version=room.version)
