"""Room types are added, changed and removed by hand."""

import re
from collections.abc import Iterator

from chassis.refusal import Refusal
from contracts.message import Nothing
from contracts.rooms import (
    AddRoomType,
    ChangeRoomType,
    GetRoomType,
    ListRoomTypes,
    RemoveRoomType,
    RoomTypes,
    RoomTypeView,
)
from contracts.values import Money, Permission
from services.rooms.domain import stays
from services.rooms.domain.amending import amended, check
from services.rooms.domain.amounts import amount
from services.rooms.domain.hotels import Hotel
from services.rooms.handlers.editing import noted, opened, recounted, seen, told
from services.rooms.work import RoomsWork

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")
MOST_GUESTS = 50


def list_room_types(query: ListRoomTypes, work: RoomsWork) -> RoomTypes:
    """A page of the hotel's room types."""
    seen(work, query.hotel)
    count, results = work.room_types.page(query.hotel, search=query.search, page=query.page)
    return RoomTypes(count=count, results=tuple(results))


def get_room_type(query: GetRoomType, work: RoomsWork) -> RoomTypeView:
    """One room type."""
    seen(work, query.hotel)
    return known_type(work.room_types.get(query.hotel, query.code))[1]


def add_room_type(command: AddRoomType, work: RoomsWork) -> RoomTypeView:
    """Sell a new kind of room; it has none yet."""
    hotel = opened(work, command.hotel, Permission.MANAGE_SETTINGS)
    wanted = RoomTypeView(
        code=command.code,
        name=command.name,
        max_occupancy=command.max_occupancy,
        base_price=_price(command.base_price, hotel),
        bed_setup=command.bed_setup,
        photo=command.photo,
        policy=command.policy,
    )
    if work.room_types.get(hotel.slug, command.code):
        raise Refusal("ROOM_TYPE_EXISTS", f"There is a room type {command.code}.")
    view = _written(work, hotel, wanted, what="RoomTypeAdded")
    today = stays.local_day(work.now, hotel.timezone)
    recounted(work, hotel, [known_type(work.room_types.get(hotel.slug, view.code))[0]])
    work.nights.extend(hotel.slug, first=today, through=stays.horizon(today))
    return view


def change_room_type(command: ChangeRoomType, work: RoomsWork) -> RoomTypeView:
    """Change what is sold from now on; what is the same already changes nothing."""
    hotel = opened(work, command.hotel, Permission.MANAGE_SETTINGS)
    _, current = known_type(work.room_types.get(hotel.slug, command.code))
    price = None if command.base_price is None else _price(command.base_price, hotel)
    wanted = amended(current, _Changes(command, price), clear=command.clear)
    return current if wanted == current else _written(work, hotel, wanted, what="RoomTypeChanged")


def remove_room_type(command: RemoveRoomType, work: RoomsWork) -> Nothing:
    """Sell it no more."""
    hotel = opened(work, command.hotel, Permission.MANAGE_SETTINGS)
    type_id, view = known_type(work.room_types.get(hotel.slug, command.code))
    if not work.room_types.remove(type_id, now=work.now):
        raise Refusal("ROOM_TYPE_IN_USE", f"There are rooms of type {view.code}.")
    noted(work, hotel, "RoomTypeRemoved", why=view.code)
    told(work, hotel, view.code)
    recounted(work, hotel, [type_id], allowance=0, refused_as="ROOM_TYPE_IN_USE")
    return Nothing()


def known_type(found: tuple[int, RoomTypeView] | None) -> tuple[int, RoomTypeView]:
    """The id and the type; refused `ROOM_TYPE_NOT_FOUND`."""
    if found is None:
        raise Refusal("ROOM_TYPE_NOT_FOUND", "The hotel has no such room type.")
    return found


class _Changes:
    """The change with its price as money."""

    def __init__(self, command: ChangeRoomType, price: Money | None) -> None:
        self.name = command.name
        self.max_occupancy = command.max_occupancy
        self.base_price = price
        self.bed_setup = command.bed_setup
        self.photo = command.photo
        self.policy = command.policy


def _written(work: RoomsWork, hotel: Hotel, wanted: RoomTypeView, *, what: str) -> RoomTypeView:
    check(_problems(work, hotel, wanted))
    policy = work.policies.get(hotel.slug, wanted.policy) if wanted.policy else None
    if wanted.policy and policy is None:
        check([("policy", "is not a cancellation policy of the hotel")])
    work.room_types.put(hotel.slug, RoomTypeView(**(vars(wanted) | {"policy": policy.code if policy else None})))
    noted(work, hotel, what, why=wanted.code)
    told(work, hotel, wanted.code)
    return known_type(work.room_types.get(hotel.slug, wanted.code))[1]


def _problems(work: RoomsWork, hotel: Hotel, wanted: RoomTypeView) -> Iterator[tuple[str, str]]:
    if not CODE.fullmatch(wanted.code):
        yield "code", "must be up to 20 letters, digits, dashes or underscores"
    if not wanted.name.strip():
        yield "name", "must not be empty"
    if not 1 <= wanted.max_occupancy <= MOST_GUESTS:
        yield "max_occupancy", f"must be 1 to {MOST_GUESTS}"
    if work.room_types.is_taken(hotel.slug, code=wanted.code, name=wanted.name):
        yield "name", "is another room type's name or code"


def _price(text: str, hotel: Hotel) -> Money:
    try:
        return amount(text, hotel.currency)
    except ValueError as problem:
        raise Refusal(
            "VALIDATION_ERROR",
            "The request has invalid fields.",
            errors=[{"field": "base_price", "message": str(problem)}],
        ) from problem
