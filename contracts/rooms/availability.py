"""Availability by room type."""

from datetime import date

from contracts.data import Data
from contracts.message import Query
from contracts.values import Money, PriceLines


class TypeAvailability(Data):
    """One room type's availability for a stay.

    `price_from` is the final price of the cheapest night: the total of a quote for that night alone, with tax, without
    a promotion. `pricing` has the lines of this price; None in a reply of an earlier release.
    """

    room_type_code: str
    room_type_name: str
    available_units: int
    is_available: bool
    can_accommodate: bool
    max_occupancy: int
    price_from: Money
    currency: str
    pricing: PriceLines | None = None


class Availability(Data):
    """The availability of a hotel's room types for a stay."""

    hotel: str
    check_in: date
    check_out: date
    nights: int
    room_types: tuple[TypeAvailability, ...]


class CheckAvailability(Query[Availability]):
    """Return the availability by room type on the nights `[check_in, check_out)`.

    Refused `VALIDATION_ERROR` or `BEYOND_HORIZON` for invalid dates or an invalid party.
    """

    hotel: str
    check_in: date
    check_out: date
    adults: int = 2
    children: int = 0
