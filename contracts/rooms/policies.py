"""Cancellation policies. In a change, a field that is None keeps its value; `clear` lists the fields to empty."""

from contracts.data import Data
from contracts.message import Command, Nothing, Query
from contracts.values import Page


class TierDefinition(Data):
    """The fee of a cancellation that is made at least `hours_before` hours before check-in.

    If a cancellation fits several tiers, the tier with the most hours applies. If it fits no tier, the tier with the
    fewest hours applies. `value` is a percentage or, for the kind `FIXED`, an amount in major units.
    """

    hours_before: int
    kind: str  # NONE | FIRST_NIGHT | PERCENTAGE | FIXED | FULL_STAY
    value: str = "0"


class PolicyDefinition(Data):
    """A cancellation policy. `is_standard` marks the policy of the room types that name no policy of their own.

    `no_show` is the kind of the no-show fee. Where `free_until_hours` or `no_show` is null, the default of the policy's
    `kind` applies. An empty `text` is replaced by a text made from the terms.
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


class Policies(Data):
    """A page of a hotel's cancellation policies, ordered by code."""

    count: int
    results: tuple[PolicyDefinition, ...]


class ListPolicies(Query[Policies]):
    """Return a page of a hotel's cancellation policies; `search` matches code and name."""

    hotel: str
    search: str = ""
    page: Page = Page()


class GetPolicy(Query[PolicyDefinition]):
    """Return one policy. Refused `POLICY_NOT_FOUND`."""

    hotel: str
    code: str


class AddPolicy(Command[PolicyDefinition]):
    """Add a policy. Refused `POLICY_EXISTS`."""

    hotel: str
    policy: PolicyDefinition


class ChangePolicy(Command[PolicyDefinition]):
    """Change the policy for future bookings; existing bookings keep their terms.

    `is_standard` can be set to True only: the standard policy changes when another policy is made the standard one.
    """

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


class RemovePolicy(Command[Nothing]):
    """Remove a policy. Refused `POLICY_IN_USE` for the standard policy, and for a policy that a room type names."""

    hotel: str
    code: str
