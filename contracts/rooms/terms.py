"""What rooms can be asked to change of the terms that a hotel sells on: daily rates, promotions, cancellation policies.

In a change, None leaves a field as it is, and `clear` names those that are to be empty. Amounts are in major units.
"""

from dataclasses import dataclass
from datetime import date

from contracts.message import Command, Nothing, Query
from contracts.rooms.views import PromotionDefinition
from contracts.values import Money, Page


@dataclass(frozen=True, kw_only=True)
class DailyRate:
    """What a night of a room type costs instead of the base price."""

    room_type_code: str
    date: date
    price: Money


@dataclass(frozen=True, kw_only=True)
class DailyRates:
    """A page of a hotel's daily rates, by date and type."""

    count: int
    results: tuple[DailyRate, ...]


@dataclass(frozen=True, kw_only=True)
class ListRates(Query[DailyRates]):
    """The rates that are set from today on, or between two dates, both included."""

    hotel: str
    room_type: str | None = None
    start_date: date | None = None
    end_date: date | None = None
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class RatesWritten:
    """Which nights now have another price; `price` None: the base price again."""

    room_type_code: str
    start_date: date
    end_date: date
    price: Money | None
    nights: int


@dataclass(frozen=True, kw_only=True)
class WriteRates(Command[RatesWritten]):
    """Set the price of every night between two dates, both included, or (None) let the base price hold again.

    `weekdays` narrows it: 0 is Monday. Refused `ROOM_TYPE_NOT_FOUND`, `BEYOND_HORIZON`.
    """

    hotel: str
    room_type: str
    start_date: date
    end_date: date
    price: str | None
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Promotions:
    """A page of a hotel's promotions, by code."""

    count: int
    results: tuple[PromotionDefinition, ...]


@dataclass(frozen=True, kw_only=True)
class ListPromotions(Query[Promotions]):
    """A hotel's promotions; `search` matches the code."""

    hotel: str
    search: str = ""
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class GetPromotion(Query[PromotionDefinition]):
    """One promotion, by its code in any case; refused `PROMOTION_NOT_FOUND`."""

    hotel: str
    code: str


@dataclass(frozen=True, kw_only=True)
class AddPromotion(Command[PromotionDefinition]):
    """Offer a discount by code; refused `PROMOTION_EXISTS`."""

    hotel: str
    promotion: PromotionDefinition


@dataclass(frozen=True, kw_only=True)
class ChangePromotion(Command[PromotionDefinition]):
    """Change a promotion; bookings and quotes keep what they were made with."""

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


@dataclass(frozen=True, kw_only=True)
class RemovePromotion(Command[Nothing]):
    """Offer it no more."""

    hotel: str
    code: str


@dataclass(frozen=True, kw_only=True)
class TierDefinition:
    """From `hours_before` check-in on, this fee is due. `value` is a percentage, or major units where it is `FIXED`."""

    hours_before: int
    kind: str  # NONE | FIRST_NIGHT | PERCENTAGE | FIXED | FULL_STAY
    value: str = "0"


@dataclass(frozen=True, kw_only=True)
class PolicyDefinition:
    """A hotel's cancellation terms under a code. `is_standard`: they hold for room types that name no other.

    `free_until_hours` None: as its kind has it. `no_show` is the fee's kind; None: as its kind has it. An empty `text`
    is written from the terms.
    """

    code: str
    name: str
    kind: str  # FLEXIBLE | MODERATE | NON_REFUNDABLE | CUSTOM
    free_until_hours: int | None = None
    percent: str = "50"
    tiers: tuple[TierDefinition, ...] = ()
    no_show: str | None = None
    text: str = ""
    is_standard: bool = False


@dataclass(frozen=True, kw_only=True)
class Policies:
    """A page of a hotel's cancellation policies, by code."""

    count: int
    results: tuple[PolicyDefinition, ...]


@dataclass(frozen=True, kw_only=True)
class ListPolicies(Query[Policies]):
    """A hotel's cancellation policies; `search` matches code and name."""

    hotel: str
    search: str = ""
    page: Page = Page()  # noqa: RUF009


@dataclass(frozen=True, kw_only=True)
class GetPolicy(Query[PolicyDefinition]):
    """One policy; refused `POLICY_NOT_FOUND`."""

    hotel: str
    code: str


@dataclass(frozen=True, kw_only=True)
class AddPolicy(Command[PolicyDefinition]):
    """Add cancellation terms; refused `POLICY_EXISTS`."""

    hotel: str
    policy: PolicyDefinition


@dataclass(frozen=True, kw_only=True)
class ChangePolicy(Command[PolicyDefinition]):
    """Change the terms of bookings to come; those that are made keep theirs. `is_standard` can only be given."""

    hotel: str
    code: str
    name: str | None = None
    kind: str | None = None
    free_until_hours: int | None = None
    percent: str | None = None
    tiers: tuple[TierDefinition, ...] | None = None
    no_show: str | None = None
    text: str | None = None
    is_standard: bool | None = None
    clear: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RemovePolicy(Command[Nothing]):
    """Refused `POLICY_IN_USE` while it is the standard one, or a room type names it."""

    hotel: str
    code: str
