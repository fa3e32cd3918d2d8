"""What is sent about what a hotel sells and on which terms: room types, daily rates, promotions, policies."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from contracts.rooms import (
    AddPolicy,
    ChangePolicy,
    ListRates,
    PolicyDefinition,
    PromotionDefinition,
    TierDefinition,
    WriteRates,
)
from gateway.http.fields import Amount, Body, Changes, Code, Count, Day, Image, Name, Percent, Prose, Slip
from gateway.http.paging import Paging

Kind = Literal["FLEXIBLE", "MODERATE", "NON_REFUNDABLE", "CUSTOM"]
Fee = Literal["NONE", "FIRST_NIGHT", "PERCENTAGE", "FIXED", "FULL_STAY"]
NoShowFee = Literal["NONE", "FIRST_NIGHT", "FULL_STAY"]
Guests = Annotated[Count, Field(ge=1, le=50)]
Nights = Annotated[Count, Field(ge=1, le=365)]
Hours = Annotated[Count, Field(ge=0, le=8760)]
Weekday = Annotated[Count, Field(ge=0, le=6)]


class Searching(Paging):
    """Which ones. `search` matches code and name."""

    search: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = ""


class NewRoomType(Body):
    """A kind of room to sell. `policy` is the code of its cancellation policy; none: the hotel's standard one."""

    code: Code
    name: Name
    max_occupancy: Guests
    base_price: Amount
    bed_setup: Slip = ""
    photo: Image = ""
    policy: Code | None = None


class RoomTypeChanges(Changes):
    """What is to be different of a room type."""

    name: Name | None = None
    max_occupancy: Guests | None = None
    base_price: Amount | None = None
    bed_setup: Slip | None = None
    photo: Image | None = None
    policy: Code | None = None


class Rates(Body):
    """A price for every night between two dates, both included. `weekdays` narrows it: 0 is Monday."""

    room_type: Code
    start_date: Day
    end_date: Day
    price: Amount
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()


class RateRange(BaseModel):
    """The nights between two dates, both included, that cost the base price again."""

    room_type: Code
    start_date: Day
    end_date: Day

    def command(self, hotel: str) -> WriteRates:
        """As rooms is asked."""
        return WriteRates(
            hotel=hotel, room_type=self.room_type, start_date=self.start_date, end_date=self.end_date, price=None
        )


class RateFilters(Paging):
    """Which rates; without dates those from today on."""

    room_type: Code | None = None
    start_date: Day | None = None
    end_date: Day | None = None

    def query(self, hotel: str) -> ListRates:
        """As rooms is asked."""
        return ListRates(
            hotel=hotel,
            room_type=self.room_type,
            start_date=self.start_date,
            end_date=self.end_date,
            page=self.wanted,
        )


class NewPromotion(Body):
    """A discount by code. `value` is a percentage, or an amount where it is `FIXED`.

    `starts_on` and `ends_on` are the first and last check-in date that it is for; `room_type` is a code.
    """

    code: Code
    kind: Literal["PERCENT", "FIXED"]
    value: Amount
    starts_on: Day | None = None
    ends_on: Day | None = None
    room_type: Code | None = None
    min_nights: Nights = 1
    max_nights: Nights | None = None

    @property
    def definition(self) -> PromotionDefinition:
        """As rooms is asked."""
        return PromotionDefinition(**self.model_dump())


class PromotionChanges(Changes):
    """What is to be different of a promotion."""

    kind: Literal["PERCENT", "FIXED"] | None = None
    value: Amount | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    room_type: Code | None = None
    min_nights: Nights | None = None
    max_nights: Nights | None = None


class Tier(Body):
    """From `hours_before` check-in on, this fee is due. `value` is a percentage, or an amount where it is `FIXED`."""

    hours_before: Hours
    kind: Fee
    value: Amount = "0"


class PolicyFields(Changes):
    """The terms. `free_until_hours` as the kind has it where it is not named; `no_show` likewise."""

    kind: Kind | None = None
    free_until_hours: Hours | None = None
    percent: Percent | None = None
    tiers: Annotated[tuple[Tier, ...], Field(max_length=20)] | None = None
    no_show: NoShowFee | None = None
    text: Prose | None = None
    is_standard: bool | None = Field(None, description="Holds for room types that name no other policy.")

    @property
    def terms(self) -> dict[str, object]:
        """What is named, with tiers as rooms knows them."""
        tiers = tuple(TierDefinition(**tier.model_dump()) for tier in self.tiers or ())
        return self.given | ({"tiers": tiers} if self.tiers is not None else {})


class NewPolicy(PolicyFields):
    """Cancellation terms to add."""

    code: Code
    name: Name
    kind: Kind

    def command(self, hotel: str) -> AddPolicy:
        """As rooms is asked."""
        return AddPolicy(hotel=hotel, policy=PolicyDefinition(**self.terms))  # type: ignore[arg-type]


class PolicyChanges(PolicyFields):
    """What is to be different of a policy."""

    name: Name | None = None

    def command(self, hotel: str, code: str) -> ChangePolicy:
        """As rooms is asked."""
        return ChangePolicy(hotel=hotel, code=code, clear=self.emptied, **self.terms)  # type: ignore[arg-type]
