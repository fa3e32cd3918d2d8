"""Promotions of a hotel. In a change, a field that is None keeps its value; `clear` lists the fields to empty."""

from datetime import date

from contracts.data import Data
from contracts.message import Command, Nothing, Query
from contracts.values import Page


class PromotionDefinition(Data):
    """A promotion. `value` is a percentage or, for the kind `FIXED`, an amount in major units.

    `starts_on` and `ends_on` are the first and the last check-in date; `room_type` is a code.
    """

    code: str
    kind: str  # PERCENT | FIXED
    value: str
    starts_on: date | None = None
    ends_on: date | None = None
    room_type: str | None = None
    min_nights: int = 1
    max_nights: int | None = None


class Promotions(Data):
    """A page of a hotel's promotions, ordered by code."""

    count: int
    results: tuple[PromotionDefinition, ...]


class ListPromotions(Query[Promotions]):
    """Return a page of a hotel's promotions; `search` matches the code."""

    hotel: str
    search: str = ""
    page: Page = Page()


class GetPromotion(Query[PromotionDefinition]):
    """Return one promotion by its code, in upper or lower case. Refused `PROMOTION_NOT_FOUND`."""

    hotel: str
    code: str


class AddPromotion(Command[PromotionDefinition]):
    """Add a promotion. Refused `PROMOTION_EXISTS`."""

    hotel: str
    promotion: PromotionDefinition


class ChangePromotion(Command[PromotionDefinition]):
    """Change a promotion; existing bookings and quotes keep their prices."""

    hotel: str
    code: str
    kind: str | None = None
    value: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    room_type: str | None = None
    min_nights: int | None = None
    max_nights: int | None = None
    clear: tuple[str, ...] = ()


class RemovePromotion(Command[Nothing]):
    """Remove a promotion. Refused `PROMOTION_NOT_FOUND`."""

    hotel: str
    code: str
