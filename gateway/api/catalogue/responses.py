"""What a hotel sells and on which terms, as those who manage it see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from contracts import rooms
from contracts.values import Page
from gateway.http.money import major, major_or_none
from gateway.http.pages import links


@dataclass(frozen=True, kw_only=True)
class RoomType:
    """A kind of room. `rooms` counts those in service; `policy` null: the hotel's standard one."""

    code: str
    name: str
    max_occupancy: int
    base_price: str
    currency: str
    bed_setup: str
    photo: str
    policy: str | None
    rooms: int


@dataclass(frozen=True, kw_only=True)
class RoomTypeList:
    """A page of room types, by code."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[RoomType, ...]


@dataclass(frozen=True, kw_only=True)
class Rate:
    """What a night of a room type costs instead of the base price."""

    room_type_code: str
    date: date
    price: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class RateList:
    """A page of daily rates, by date and type."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[Rate, ...]


@dataclass(frozen=True, kw_only=True)
class RatesWritten:
    """How many nights have another price now; `price` null: the base price again."""

    room_type_code: str
    start_date: date
    end_date: date
    price: str | None
    nights: int


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """A discount by code. `value` is a percentage, or an amount where it is `FIXED`."""

    code: str
    kind: str
    value: str
    starts_on: date | None
    ends_on: date | None
    room_type: str | None
    min_nights: int
    max_nights: int | None


@dataclass(frozen=True, kw_only=True)
class PromotionList:
    """A page of promotions, by code."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[Promotion, ...]


@dataclass(frozen=True, kw_only=True)
class PolicyTier:
    """From `hours_before` check-in on, this fee is due."""

    hours_before: int
    kind: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Cancellation terms. `is_standard`: they hold for room types that name no other."""

    code: str
    name: str
    kind: str
    free_until_hours: int | None
    percent: str
    tiers: tuple[PolicyTier, ...]
    no_show: str | None
    text: str
    is_standard: bool


@dataclass(frozen=True, kw_only=True)
class PolicyList:
    """A page of cancellation policies, by code."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[Policy, ...]


def room_type(view: rooms.RoomTypeView) -> RoomType:
    """A room type, its price as a string."""
    return RoomType(**vars(view) | {"base_price": major(view.base_price), "currency": view.base_price.currency})


def room_types(found: rooms.RoomTypes, page: Page, query: Mapping[str, str]) -> RoomTypeList:
    """A page of them."""
    following, before = links(found.count, page, query)
    return RoomTypeList(
        count=found.count, next=following, previous=before, results=tuple(map(room_type, found.results))
    )


def rates(found: rooms.DailyRates, page: Page, query: Mapping[str, str]) -> RateList:
    """A page of daily rates."""
    following, before = links(found.count, page, query)
    shown = (Rate(**vars(one) | {"price": major(one.price), "currency": one.price.currency}) for one in found.results)
    return RateList(count=found.count, next=following, previous=before, results=tuple(shown))


def rates_written(done: rooms.RatesWritten) -> RatesWritten:
    """What was written."""
    return RatesWritten(**vars(done) | {"price": major_or_none(done.price)})


def promotion(found: rooms.PromotionDefinition) -> Promotion:
    """A promotion."""
    return Promotion(**vars(found))


def promotions(found: rooms.Promotions, page: Page, query: Mapping[str, str]) -> PromotionList:
    """A page of them."""
    following, before = links(found.count, page, query)
    return PromotionList(
        count=found.count, next=following, previous=before, results=tuple(map(promotion, found.results))
    )


def policy(found: rooms.PolicyDefinition) -> Policy:
    """A cancellation policy."""
    return Policy(**vars(found) | {"tiers": tuple(PolicyTier(**vars(tier)) for tier in found.tiers)})


def policies(found: rooms.Policies, page: Page, query: Mapping[str, str]) -> PolicyList:
    """A page of them."""
    following, before = links(found.count, page, query)
    return PolicyList(count=found.count, next=following, previous=before, results=tuple(map(policy, found.results)))
