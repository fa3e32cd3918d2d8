"""Requests about room types, daily rates, promotions and cancellation policies."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from contracts.rooms.policies import TierDefinition
from gateway.http.fields import (
    FROM_JSON,
    Amount,
    Body,
    Changes,
    Code,
    Count,
    Day,
    Image,
    Name,
    Percent,
    Prose,
    SearchText,
    ShortText,
)
from gateway.http.pages import Paging

PolicyKind = Literal["FLEXIBLE", "MODERATE", "NON_REFUNDABLE", "CUSTOM"]
FeeKind = Literal["NONE", "FIRST_NIGHT", "PERCENTAGE", "FIXED", "FULL_STAY"]
NoShowFee = Literal["NONE", "FIRST_NIGHT", "FULL_STAY"]
DiscountKind = Literal["PERCENT", "FIXED"]
Guests = Annotated[Count, Field(ge=1, le=50)]
Nights = Annotated[Count, Field(ge=1, le=365)]
Hours = Annotated[Count, Field(ge=0, le=8760)]
Weekday = Annotated[Count, Field(ge=0, le=6)]


class Search(Paging):
    """Filters of a list. `search` matches code and name."""

    search: SearchText = ""


class NewRoomType(Body):
    """A room type. `policy` is the code of a cancellation policy; without `policy`, the standard policy applies."""

    code: Code = Field(examples=["STD"])
    name: Name = Field(examples=["Standard Double"])
    max_occupancy: Guests = Field(examples=[2])
    base_price: Amount = Field(examples=["120.00"])
    bed_setup: ShortText = Field("", examples=["One double bed"])
    photo: Image = Field("", examples=["/images/room.jpg"])
    policy: Code | None = None


class RoomTypeChanges(Changes):
    """Fields to change."""

    name: Name | None = None
    max_occupancy: Guests | None = None
    base_price: Amount | None = Field(None, examples=["120.00"])
    bed_setup: ShortText | None = Field(None, examples=["One double bed"])
    photo: Image | None = None
    policy: Code | None = None


class Rates(Body):
    """A price for every night from `start_date` to `end_date`, or only for those on `weekdays` (0 is Monday)."""

    room_type: Code = Field(examples=["STD"])
    start_date: Day
    end_date: Day = Field(examples=["2026-08-31"])
    price: Amount = Field(examples=["120.00"])
    weekdays: Annotated[tuple[Weekday, ...], FROM_JSON, Field(max_length=7)] = Field((), examples=[[5, 6]])


class RateRange(BaseModel):
    """The nights from `start_date` to `end_date`."""

    room_type: Code = Field(examples=["STD"])
    start_date: Day
    end_date: Day = Field(examples=["2026-08-31"])


class RateFilters(Paging):
    """Filters of the list of rates. Without dates, the list starts today."""

    room_type: Code | None = None
    start_date: Day | None = None
    end_date: Day | None = None


class NewPromotion(Body):
    """A discount that a guest gets with a code. `value` is a percentage, or an amount where `kind` is `FIXED`.

    `starts_on` and `ends_on` are the first and the last check-in date with the discount; `room_type` is a code.
    """

    code: Code = Field(examples=["SUMMER"])
    kind: DiscountKind
    value: Amount = Field(examples=["10"])
    starts_on: Day | None = Field(None, examples=["2026-08-14"])
    ends_on: Day | None = None
    room_type: Code | None = None
    min_nights: Nights = 1
    max_nights: Nights | None = None


class PromotionChanges(Changes):
    """Fields to change."""

    kind: DiscountKind | None = None
    value: Amount | None = Field(None, examples=["10"])
    starts_on: Day | None = None
    ends_on: Day | None = None
    room_type: Code | None = None
    min_nights: Nights | None = None
    max_nights: Nights | None = None


class Tier(Body):
    """The fee of a cancellation that is made at least `hours_before` hours before check-in.

    If a cancellation fits several tiers, the tier with the most hours applies. If it fits no tier, the tier with the
    fewest hours applies. `value` is a percentage, or an amount where `kind` is `FIXED`.
    """

    hours_before: Hours
    kind: FeeKind
    value: Amount = "0"


class PolicyFields(Changes):
    """Cancellation terms. A new policy without `free_until_hours` or `no_show` gets the default of its `kind`."""

    kind: PolicyKind | None = None
    free_until_hours: Hours | None = None
    percent: Percent | None = None
    tiers: Annotated[tuple[Tier, ...], FROM_JSON, Field(max_length=20)] | None = None
    no_show: NoShowFee | None = None
    text: Prose | None = Field(None, examples=["Free until 24 hours before check-in."])
    is_standard: bool | None = Field(None, description="Whether room types that name no policy use this policy.")

    @property
    def values(self) -> dict[str, Any]:
        """The terms that are not null; `tiers` are `TierDefinition`s of the rooms service's contract."""
        tiers = tuple(TierDefinition(**tier.model_dump()) for tier in self.tiers or ())
        return super().values | ({"tiers": tiers} if self.tiers is not None else {})


class NewPolicy(PolicyFields):
    """A cancellation policy."""

    code: Code = Field(examples=["FLEX"])
    name: Name = Field(examples=["Flexible"])
    kind: PolicyKind


class PolicyChanges(PolicyFields):
    """Fields to change."""

    name: Name | None = None
