"""What a stay in a room type would cost, and whether it may be had at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from chassis.refusal import Refusal
from contracts.rooms import Held
from contracts.values import CancellationPolicy, Money, Price, Stay, rounded
from services.rooms.domain import policies, pricing, stays
from services.rooms.domain.hotels import Hotel, RoomType
from services.rooms.domain.pricing import Promotion


@dataclass(frozen=True, kw_only=True)
class KeptQuote:
    """A price that was promised for a stay, to whoever comes before `valid_until` or is the booking it is kept for."""

    quote_id: str
    room_type_id: int
    stay: Stay
    price: Price
    valid_until: datetime
    kept_for: str | None

    def holds(self, stay: Stay, *, room_type_id: int, booking_id: str, now: datetime) -> bool:
        """Whether this booking gets the price."""
        alive = now <= self.valid_until or self.kept_for == booking_id
        return alive and self.stay == stay and self.room_type_id == room_type_id


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody asks to book."""

    stay: Stay
    adults: int
    children: int
    promo_code: str | None = None
    quote_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is known of the wish: `night_prices` in minor units and `units` left on its fullest night."""

    hotel: Hotel
    policy: CancellationPolicy
    room_type: RoomType | None
    night_prices: tuple[int, ...]
    units: int
    promotion: Promotion | None = None
    quote: KeptQuote | None = None
    already_held: bool = False

    @property
    def sold_out(self) -> bool:
        """Whether some night is gone, as of the moment that this was read."""
        return self.units < 1


def type_of(terms: Terms) -> RoomType:
    """The room type that was wished for; refused `ROOM_TYPE_NOT_FOUND`."""
    if terms.room_type is None:
        raise Refusal("ROOM_TYPE_NOT_FOUND", "The hotel has no such room type.")
    return terms.room_type


def check(wish: Wish, terms: Terms, *, now: datetime, walk_in: bool = False) -> RoomType:
    """The room type, where the stay and the party may be had in it; refused as a stay is.

    A `walk_in` may have begun yesterday.
    """
    today = stays.local_day(now, terms.hotel.timezone)
    stays.check_dates(wish.stay, today=today - timedelta(days=1) if walk_in else today)
    stays.check_party(wish.adults, wish.children)
    room_type = type_of(terms)
    if wish.adults + wish.children > room_type.max_occupancy:
        raise stays.invalid("adults", f"and children are more than the {room_type.max_occupancy} who may sleep there")
    if len(terms.night_prices) != wish.stay.nights:
        raise Refusal("BEYOND_HORIZON", "Some of these nights are not on sale yet.")
    return room_type


def price(wish: Wish, terms: Terms, *, room_type: RoomType, now: datetime, booking_id: str = "") -> Price:
    """The stay's price, a live quote's first; refused `UNKNOWN_QUOTE` and `UNKNOWN_PROMO`."""
    if wish.quote_id:
        quote = terms.quote
        if quote and quote.holds(wish.stay, room_type_id=room_type.id, booking_id=booking_id, now=now):
            return quote.price
        raise Refusal("UNKNOWN_QUOTE", "There is no such quote for this stay, or it has run out.")
    if wish.promo_code and not (terms.promotion and terms.promotion.covers(wish.stay, room_type_id=room_type.id)):
        raise Refusal("UNKNOWN_PROMO", "There is no such promotion for this stay.")
    hotel = terms.hotel
    return pricing.price_of(
        terms.night_prices,
        currency=hotel.currency,
        tax_percent=hotel.tax_percent,
        promotion=terms.promotion if wish.promo_code else None,
    )


def price_from(night_price: int, currency: str) -> Money:
    """The cheapest night, as availability shows it: without tax, as a quote's nights are."""
    return rounded(Decimal(night_price), currency)


def held(terms: Terms, *, room_type: RoomType, price: Price) -> Held:
    """Everything that the booking keeps of what was agreed."""
    hotel = terms.hotel
    return Held(
        hotel=hotel.card,
        settings=hotel.settings,
        room_type_code=room_type.code,
        room_type_name=room_type.name,
        price=price,
        policy=policies.in_words(terms.policy, hotel.currency),
    )
