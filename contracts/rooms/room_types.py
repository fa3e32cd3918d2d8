"""Room types of a hotel. In a change, a field that is None keeps its value; `clear` lists the fields to empty."""

from contracts.data import Data
from contracts.message import Command, Nothing, Query
from contracts.values import Money, Page


class RoomTypeView(Data):
    """A room type. `rooms` counts the active rooms.

    Without a `policy`, the hotel's standard policy applies.
    """

    code: str
    name: str
    max_occupancy: int
    base_price: Money
    bed_setup: str = ""
    photo: str = ""
    policy: str | None = None
    rooms: int = 0


class RoomTypes(Data):
    """A page of a hotel's room types, ordered by code."""

    count: int
    results: tuple[RoomTypeView, ...]


class ListRoomTypes(Query[RoomTypes]):
    """Return a page of a hotel's room types; `search` matches code and name."""

    hotel: str
    search: str = ""
    page: Page = Page()


class GetRoomType(Query[RoomTypeView]):
    """Return one room type. Refused `ROOM_TYPE_NOT_FOUND`."""

    hotel: str
    code: str


class AddRoomType(Command[RoomTypeView]):
    """Add a room type. `policy` is a code; None stands for the standard policy. Refused `ROOM_TYPE_EXISTS`."""

    hotel: str
    code: str
    name: str
    max_occupancy: int
    base_price: str
    bed_setup: str = ""
    photo: str = ""
    policy: str | None = None


class ChangeRoomType(Command[RoomTypeView]):
    """Change a room type; existing bookings and quotes keep their terms. Refused `ROOM_TYPE_NOT_FOUND`."""

    hotel: str
    code: str
    name: str | None = None
    max_occupancy: int | None = None
    base_price: str | None = None
    bed_setup: str | None = None
    photo: str | None = None
    policy: str | None = None
    clear: tuple[str, ...] = ()


class RemoveRoomType(Command[Nothing]):
    """Remove a room type.

    Refused `ROOM_TYPE_NOT_FOUND`, and `ROOM_TYPE_IN_USE` while the type has rooms or sold future nights.
    """

    hotel: str
    code: str
