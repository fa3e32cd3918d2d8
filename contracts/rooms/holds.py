"""Holds: the nights of a room type that are sold to a booking."""

from dataclasses import dataclass
from datetime import date

from contracts.message import Command, Nothing
from contracts.values import CancellationPolicy, HotelCard, HotelSettings, Price


@dataclass(frozen=True, kw_only=True)
class Held:
    """The terms of a hold (or, for a draft, of its price) that bookings stores."""

    hotel: HotelCard
    settings: HotelSettings
    room_type_code: str
    room_type_name: str
    price: Price
    policy: CancellationPolicy


@dataclass(frozen=True, kw_only=True)
class HoldInventory(Command[Held]):
    """Sell the nights to this booking; refused `SOLD_OUT`. The same ask again has the same reply.

    `price_only` prices a draft and sells nothing.
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
    """Release all nights of the booking; without a live hold nothing happens.

    `unwritten`: bookings has no such booking, so that no night counts as slept.
    """

    booking_id: str
    unwritten: bool = False
