"""Offers: decides whether a requested stay may be sold, and calculates its price."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.refusal import Refusal
from contracts.charge_limits import limits_of
from contracts.rooms.holds import Held, HoldInventory
from contracts.rooms.quotes import StayAsk
from contracts.rooms.walk_ins import ReceiveWalkIn
from contracts.values import CancellationPolicy, Money, Price, Stay
from services.rooms.domain import policies, pricing, stays
from services.rooms.domain.hotels import Hotel, RoomType
from services.rooms.domain.pricing import Promotion
from services.rooms.domain.validation import invalid


@dataclass(frozen=True, kw_only=True)
class StoredQuote:
    """The quoted price of a stay, valid for every booking until `valid_until` (UTC).

    `kept_for` is None, or the id of a booking for which the price stays valid after `valid_until`.
    """

    quote_id: str
    room_type_id: int
    stay: Stay
    price: Price
    valid_until: datetime
    kept_for: str | None

    def is_valid_for(self, stay: Stay, *, room_type_id: int, booking_id: str, now: datetime) -> bool:
        """Whether the quote's price applies to the booking and this stay."""
        alive = now <= self.valid_until or self.kept_for == booking_id
        return alive and self.stay == stay and self.room_type_id == room_type_id


@dataclass(frozen=True, kw_only=True)
class StayRequest:
    """The stay that a guest asks for."""

    stay: Stay
    adults: int
    children: int
    promo_code: str | None
    quote_id: str | None

    @classmethod
    def of(cls, command: StayAsk | ReceiveWalkIn) -> "StayRequest":
        """The stay that the command asks for."""
        return cls(
            stay=Stay(command.check_in, command.check_out),
            adults=command.adults,
            children=command.children,
            promo_code=command.promo_code if isinstance(command, StayAsk) else None,
            quote_id=command.quote_id if isinstance(command, HoldInventory) else None,
        )


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A hotel's offer for a request: the terms, the prices and the room type.

    `room_type` is None where the hotel has no such type. `night_prices` are in minor units, without tax, for the nights
    on sale. `units` is the number of rooms left to sell on the fullest night. `already_held` is True where the booking
    has a live hold.
    """

    hotel: Hotel
    policy: CancellationPolicy
    room_type: RoomType | None
    night_prices: tuple[int, ...]
    units: int
    promotion: Promotion | None = None
    quote: StoredQuote | None = None
    already_held: bool = False

    @property
    def sold_out(self) -> bool:
        """Whether one of the nights was full when the database was read."""
        return self.units < 1


def type_of(offer: Offer) -> RoomType:
    """The requested room type. Refused `ROOM_TYPE_NOT_FOUND`."""
    if offer.room_type is None:
        raise room_type_not_found()
    return offer.room_type


def room_type_not_found() -> Refusal:
    """The refusal `ROOM_TYPE_NOT_FOUND`, for a code or name that no room type of the hotel has."""
    return Refusal("ROOM_TYPE_NOT_FOUND", "The hotel has no such room type.")


def check(request: StayRequest, offer: Offer, *, now: datetime, walk_in: bool = False) -> RoomType:
    """Check that the stay may be sold; returns the requested room type.

    Refused for invalid dates or an invalid party, and for a party that is too large for the type. The stay of a
    `walk_in` may begin yesterday, and its party is checked against the room.
    """
    today = stays.local_day(now, offer.hotel.timezone)
    stays.check_dates(request.stay, today=today - timedelta(days=1) if walk_in else today)
    stays.check_party(request.adults, request.children)
    room_type = type_of(offer)
    if not walk_in and request.adults + request.children > room_type.max_occupancy:
        raise invalid("adults", f"and children are more than the {room_type.max_occupancy} who may sleep there")
    if len(offer.night_prices) != request.stay.nights:
        raise not_on_sale()
    return room_type


def not_on_sale() -> Refusal:
    """The refusal `BEYOND_HORIZON`, for nights that are not on sale yet."""
    return Refusal("BEYOND_HORIZON", "Some of these nights are not on sale yet.")


def price(request: StayRequest, offer: Offer, *, room_type: RoomType, now: datetime, booking_id: str = "") -> Price:
    """The price of the stay, taken from the quote if the request names one.

    Refused `UNKNOWN_QUOTE`, `UNKNOWN_PROMO`.
    """
    if request.quote_id:
        quote = offer.quote
        if quote and quote.is_valid_for(request.stay, room_type_id=room_type.id, booking_id=booking_id, now=now):
            return quote.price
        raise Refusal("UNKNOWN_QUOTE", "There is no such quote for this stay, or the quote has expired.")
    promotion = offer.promotion if request.promo_code else None
    if request.promo_code and not (promotion and promotion.covers(request.stay, room_type_id=room_type.id)):
        raise Refusal("UNKNOWN_PROMO", "There is no such promotion for this stay.")
    hotel = offer.hotel
    return pricing.price_of(
        offer.night_prices, currency=hotel.currency, tax_percent=hotel.tax_percent, promotion=promotion
    )


def check_total(total: Money, hotel: Hotel) -> None:
    """Check that a card can take the total, or that the total is zero.

    Refused `TOTAL_BELOW_MINIMUM`, `TOTAL_ABOVE_MAXIMUM`.
    """
    problem = limits_of(hotel.settings, hotel.currency).problem(total)
    if problem:
        raise Refusal(*problem)


def held(offer: Offer, *, room_type: RoomType, price: Price) -> Held:
    """The terms of the sale: hotel, settings, room type, price and policy. The bookings service stores the terms."""
    hotel = offer.hotel
    return Held(
        hotel=hotel.card,
        settings=hotel.settings,
        room_type_code=room_type.code,
        room_type_name=room_type.name,
        price=price,
        policy=policies.in_words(offer.policy, hotel.currency),
    )
