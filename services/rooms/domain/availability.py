"""Availability by room type: the units left on the fullest night of a stay, and the price of the cheapest night."""

from dataclasses import dataclass
from decimal import Decimal

from contracts.rooms.availability import Availability, TypeAvailability
from contracts.values import Stay
from services.rooms.domain import pricing
from services.rooms.domain.mapping import mapped


@dataclass(frozen=True, kw_only=True)
class TypeLeft:
    """The availability of one room type.

    `units` is the number of rooms left to sell on the fullest night, `nights` the number of nights on sale.
    `cheapest_night` is the price of the cheapest night in minor units, without tax; the base price where no night is on
    sale.
    """

    code: str
    name: str
    max_occupancy: int
    units: int
    nights: int
    cheapest_night: int


@dataclass(frozen=True, kw_only=True)
class HotelLeft:
    """A hotel's time zone, currency and tax, with its room types ordered by base price."""

    timezone: str
    currency: str
    tax_percent: Decimal
    types: tuple[TypeLeft, ...]


def availability(left: HotelLeft, stay: Stay, *, hotel: str, guests: int) -> Availability:
    """The hotel's availability for a stay of this many guests."""
    return Availability(
        hotel=hotel,
        check_in=stay.check_in,
        check_out=stay.check_out,
        nights=stay.nights,
        room_types=tuple(_of_type(each, left, stay, guests=guests) for each in left.types),
    )


def _of_type(left: TypeLeft, hotel: HotelLeft, stay: Stay, *, guests: int) -> TypeAvailability:
    price = pricing.price_of((left.cheapest_night,), currency=hotel.currency, tax_percent=hotel.tax_percent)
    units = max(0, left.units) if left.nights == stay.nights else 0
    return mapped(
        TypeAvailability,
        left,
        room_type_code=left.code,
        room_type_name=left.name,
        available_units=units,
        is_available=units > 0,
        can_accommodate=guests <= left.max_occupancy,
        price_from=price.total,
        currency=hotel.currency,
        pricing=price.lines,
    )
