"""Holds: the nights of a room type that are sold to a booking."""

from dataclasses import dataclass
from datetime import date

from contracts.message import Command, Nothing
from contracts.values import CancellationPolicy, HotelCard, HotelSettings, Price


@dataclass(frozen=True, kw_only=True)
class Held:
    """Inventory is held (or, for a draft, only priced): everything that bookings keeps of it."""

    hotel: HotelCard
    settings: HotelSettings
    room_type_code: str
    room_type_name: str
    price: Price
    policy: CancellationPolicy


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
