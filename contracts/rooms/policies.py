"""Cancellation policies of a hotel. In a change, None leaves a field as it is and `clear` names the fields to empty."""

from dataclasses import dataclass

from contracts.message import Command, Nothing, Query
from contracts.values import Page


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
