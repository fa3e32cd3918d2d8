"""Room types of a hotel. In a change, None leaves a field as it is and `clear` names the fields to empty."""

from dataclasses import dataclass

from contracts.message import Command, Nothing, Query
from contracts.values import Money, Page


@dataclass(frozen=True, kw_only=True)
class RoomTypeView:
    """A room type. `rooms` counts the active rooms; `policy` None: the hotel's standard one."""

    code: str
    name: str
    max_occupancy: int
    base_price: Money
    bed_setup: str = ""
    photo: str = ""
    policy: str | None = None
    rooms: int = 0


@dataclass(frozen=True, kw_only=True)
class RoomTypes:
    """A page of a hotel's room types, by code."""

    count: int
    results: tuple[RoomTypeView, ...]


@dataclass(frozen=True, kw_only=True)
class ListRoomTypes(Query[RoomTypes]):
    """A hotel's room types; `search` matches code and name."""

    hotel: str
    search: str = ""
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class GetRoomType(Query[RoomTypeView]):
    """One room type; refused `ROOM_TYPE_NOT_FOUND`."""

    hotel: str
    code: str


@dataclass(frozen=True, kw_only=True)
class AddRoomType(Command[RoomTypeView]):
    """Add a room type; refused `ROOM_TYPE_EXISTS`. `policy` is a code; None: the hotel's standard one."""

    hotel: str
    code: str
    name: str
    max_occupancy: int
    base_price: str
    bed_setup: str = ""
    photo: str = ""
    policy: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeRoomType(Command[RoomTypeView]):
    """Change a room type; existing bookings and quotes keep their terms."""

    hotel: str
    code: str
    name: str | None = None
    max_occupancy: int | None = None
    base_price: str | None = None
    bed_setup: str | None = None
    photo: str | None = None
    policy: str | None = None
    clear: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RemoveRoomType(Command[Nothing]):
    """Remove a room type; refused `ROOM_TYPE_IN_USE` while the type has rooms or sold nights to come."""

    hotel: str
    code: str
