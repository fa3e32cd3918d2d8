"""Quotes: prices that stay valid for 30 minutes."""

from datetime import date, datetime

from contracts.data import Data
from contracts.message import Command
from contracts.values import Price


class StayAsk(Data):
    """The fields of an ask about a stay and its price. `room_type` is a code or a name."""

    hotel: str
    room_type: str
    check_in: date
    check_out: date
    adults: int
    children: int
    promo_code: str | None = None


class Quote(Data):
    """The price of a stay, guaranteed for a booking made before `valid_until` (UTC)."""

    quote_id: str
    hotel: str
    room_type_code: str
    room_type_name: str
    check_in: date
    check_out: date
    nights: int
    dates: tuple[date, ...]
    price: Price
    currency: str
    policy_text: str
    valid_until: datetime


class GiveQuote(StayAsk, Command[Quote]):
    """Price a stay, and guarantee the price for 30 minutes. `room_type` is a code or a name.

    A total that no card can take is refused `TOTAL_BELOW_MINIMUM` or `TOTAL_ABOVE_MAXIMUM`; zero needs no card.
    A stay that is longer than the hotel's `max_public_nights` is refused `STAY_TOO_LONG`, except for the hotel's staff.
    """
