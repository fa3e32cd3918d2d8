"""What rooms can be asked. It asks nobody itself."""

from dataclasses import dataclass
from datetime import date

from contracts.message import Command, Nothing, Query
from contracts.rooms.events import MaintenancePriority, RoomStatus
from contracts.rooms.views import (
    Availability,
    Candidates,
    Held,
    HotelDefinition,
    HotelPage,
    Hotels,
    Imported,
    OperatingSettings,
    Quote,
    RoomHistory,
    RoomList,
    RoomOccupiedReply,
    RoomTaken,
    RoomView,
)
from contracts.values import Page


@dataclass(frozen=True, kw_only=True)
class ListHotels(Query[Hotels]):
    """The directory."""


@dataclass(frozen=True, kw_only=True)
class GetHotel(Query[HotelPage]):
    """One hotel's page; refused `HOTEL_NOT_FOUND`."""

    hotel: str


@dataclass(frozen=True, kw_only=True)
class GetSettings(Query[OperatingSettings]):
    """A hotel's page and operating settings, for its staff."""

    hotel: str


@dataclass(frozen=True, kw_only=True)
class CheckAvailability(Query[Availability]):
    """What is left by room type on the nights `[check_in, check_out)`; refused as a stay is."""

    hotel: str
    check_in: date
    check_out: date
    adults: int = 2
    children: int = 0


@dataclass(frozen=True, kw_only=True)
class GiveQuote(Command[Quote]):
    """Price a stay and keep the price for 30 minutes. `room_type` is a code or a name."""

    hotel: str
    room_type: str
    check_in: date
    check_out: date
    adults: int
    children: int
    promo_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class HoldInventory(Command[Held]):
    """Sell the nights to this booking, or refuse `SOLD_OUT`. Asked again for the same booking: the same answer.

    `price_only` prices a draft and takes nothing.
    """

    booking_id: str
    hotel: str
    room_type: str
    check_in: date
    check_out: date
    adults: int
    children: int
    promo_code: str | None = None
    quote_id: str | None = None
    price_only: bool = False


@dataclass(frozen=True, kw_only=True)
class ReleaseInventory(Command[Nothing]):
    """Free whatever this booking holds. Nothing held: nothing happens.

    `unwritten`: there is no such booking, so that not even a night of its guest's counts as slept.
    """

    booking_id: str
    unwritten: bool = False


@dataclass(frozen=True, kw_only=True)
class GiveRoom(Command[RoomTaken]):
    """Give the booking this room for its nights, freeing another it had. Keyed by `action_id`."""

    action_id: str
    booking_id: str
    hotel: str
    room_number: str


@dataclass(frozen=True, kw_only=True)
class TakeRoomBack(Command[Nothing]):
    """The booking no longer has a room. Keyed by `action_id`."""

    action_id: str
    booking_id: str
    hotel: str


@dataclass(frozen=True, kw_only=True)
class MoveIn(Command[RoomOccupiedReply]):
    """The booking's guest moves into its room, which must be ready. Keyed by `action_id`."""

    action_id: str
    booking_id: str
    hotel: str


@dataclass(frozen=True, kw_only=True)
class MoveOut(Command[RoomTaken]):
    """The booking's guest leaves; nights from `left_on` (hotel-local) on are free again. Keyed by `action_id`."""

    action_id: str
    booking_id: str
    hotel: str
    left_on: date
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FindCandidates(Query[Candidates]):
    """The rooms that the booking could be given, best first."""

    hotel: str
    booking_id: str


@dataclass(frozen=True, kw_only=True)
class ListRooms(Query[RoomList]):
    """A hotel's rooms by number; `search` matches number and type, `room_type` is a code or a name."""

    hotel: str
    search: str = ""
    status: RoomStatus | None = None
    room_type: str = ""
    floor: int | None = None
    occupied: bool | None = None
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class GetRoom(Query[RoomView]):
    """One room; refused `ROOM_NOT_FOUND`."""

    hotel: str
    room_number: str


@dataclass(frozen=True, kw_only=True)
class GetRoomHistory(Query[RoomHistory]):
    """Who changed a room's status, when and why."""

    hotel: str
    room_number: str
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class ChangeRoomStatus(Command[RoomView]):
    """Move a room along its turnover; refused `ILLEGAL_ROOM_TRANSITION`, `ROOM_HAS_GUEST`, `ROOM_NOT_FOUND`.

    `until` (hotel-local) is required where `to_status` is `OUT_OF_ORDER`. `priority` goes with `MAINTENANCE_REQUIRED`
    (not said: medium). `only_from` narrows what the named actions
    (start-cleaning, inspect …) accept; empty: whatever the lifecycle allows.
    """

    hotel: str
    room_number: str
    to_status: RoomStatus
    note: str = ""
    until: date | None = None
    priority: MaintenancePriority | None = None
    only_from: tuple[RoomStatus, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ImportHotel(Command[Imported]):
    """Create the property, or add what it lacks and write what it says anew. The same again changes nothing.

    Never removes a room, brings back one that staff removed, or changes a price that is set.
    """

    definition: HotelDefinition
