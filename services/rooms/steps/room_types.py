"""Finds a hotel's room type by its code or name."""

from contracts.rooms.room_types import RoomTypeView
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.offers import room_type_not_found
from services.rooms.work import RoomsWork


def named(work: RoomsWork, hotel: Hotel, name: str) -> tuple[int, RoomTypeView]:
    """The id and the view of the room type with this code or name. Refused `ROOM_TYPE_NOT_FOUND`."""
    named_type = work.room_types.named(hotel, name)
    if named_type is None:
        raise room_type_not_found()
    return named_type
