"""Room types as staff define them."""

import re
from collections.abc import Iterator
from dataclasses import replace

from chassis.text import text_problem
from contracts.fields import NAME
from contracts.rooms.room_types import AddRoomType, ChangeRoomType, RoomTypeView
from contracts.values import Money
from services.rooms.domain.amounts import amount, amount_problems
from services.rooms.domain.definitions import amended
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.mapping import mapped
from services.rooms.domain.validation import check

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")
MOST_GUESTS = 50


def drafted(command: AddRoomType, hotel: Hotel) -> RoomTypeView:
    """The room type that the command adds, with zero rooms. Refused `VALIDATION_ERROR` for an invalid price."""
    return mapped(RoomTypeView, command, base_price=_price(command.base_price, hotel), rooms=0)


def changed(current: RoomTypeView, command: ChangeRoomType, hotel: Hotel) -> RoomTypeView:
    """The room type after the command. Refused `VALIDATION_ERROR` for an invalid price."""
    price = {} if command.base_price is None else {"base_price": _price(command.base_price, hotel)}
    return amended(current, command, clear=command.clear, converted=price)


def checked(room_type: RoomTypeView, *, name_is_taken: bool, policy: str | None) -> RoomTypeView:
    """The valid room type, whose cancellation policy is `policy`: the code as the hotel spells it.

    Refused `VALIDATION_ERROR` for invalid fields, and for the code of a policy that the hotel lacks (`policy` is None).
    """
    check(_problems(room_type, name_is_taken=name_is_taken))
    if room_type.policy and policy is None:
        check([("policy", "is not a cancellation policy of the hotel")])
    return replace(room_type, policy=policy)


def _problems(room_type: RoomTypeView, *, name_is_taken: bool) -> Iterator[tuple[str, str]]:
    if not CODE.fullmatch(room_type.code):
        yield "code", "must be up to 20 letters, digits, dashes or underscores"
    if problem := text_problem(room_type.name.strip(), NAME):
        yield "name", problem
    if not 1 <= room_type.max_occupancy <= MOST_GUESTS:
        yield "max_occupancy", f"must be 1 to {MOST_GUESTS}"
    if name_is_taken:
        yield "name", "is another room type's name or code"


def _price(text: str, hotel: Hotel) -> Money:
    check(amount_problems("base_price", text, hotel.currency))
    return amount(text, hotel.currency)
