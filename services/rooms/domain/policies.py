"""Cancellation policies: as staff define them, as the bookings service stores them, and as a text for guests."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from chassis.text import text_problem
from contracts.fields import NAME
from contracts.rooms.policies import AddPolicy, ChangePolicy, PolicyDefinition, TierDefinition
from contracts.values import FREE_UNTIL_HOURS, CancellationPolicy, Money, PolicyTier, rounded
from services.rooms.domain.amounts import amount, amount_problems
from services.rooms.domain.definitions import amended
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.mapping import mapped
from services.rooms.domain.validation import check

STANDARD = "STANDARD"
CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")
KINDS = ("FLEXIBLE", "MODERATE", "NON_REFUNDABLE", "CUSTOM")
FEES = ("NONE", "FIRST_NIGHT", "PERCENTAGE", "FIXED", "FULL_STAY")
NO_SHOW_FEES = ("NONE", "FIRST_NIGHT", "FULL_STAY")
LONGEST = 24 * 365
HUNDRED = Decimal(100)


def drafted(command: AddPolicy, _: Hotel) -> PolicyDefinition:
    """The policy that the command adds, with its code in capitals."""
    return replace(command.policy, code=command.policy.code.upper())


def changed(current: PolicyDefinition, command: ChangePolicy, _: Hotel) -> PolicyDefinition:
    """The policy after the command.

    A change of the kind resets `free_until_hours`, unless the command sets these hours too. Refused `VALIDATION_ERROR`
    where the standard policy would stop being the standard one.
    """
    if current.is_standard and command.is_standard is False:
        check([("is_standard", "is given to another policy instead")])
    another_kind = command.kind not in (None, current.kind) and command.free_until_hours is None
    clear = {*command.clear, *(("free_until_hours",) if another_kind else ())}
    return amended(current, command, clear=sorted(clear))


def checked(policy: PolicyDefinition, *, currency: str) -> PolicyDefinition:
    """The policy. Refused `VALIDATION_ERROR` where the policy has problems."""
    check(problems(policy, currency=currency))
    return policy


def problems(given: PolicyDefinition, *, currency: str) -> Iterator[tuple[str, str]]:
    """Each invalid field of the definition, with a message about its value."""
    if not CODE.fullmatch(given.code.upper()):
        yield "code", "must be up to 40 letters, digits, dashes or underscores"
    if problem := text_problem(given.name.strip(), NAME):
        yield "name", problem
    if given.kind not in KINDS:
        yield "kind", f"must be one of {', '.join(KINDS)}"
    if given.free_until_hours is not None and not 0 <= given.free_until_hours <= LONGEST:
        yield "free_until_hours", f"must be 0 to {LONGEST}"
    if _percentage(given.percent) is None:
        yield "percent", "must be 0 to 100"
    if given.no_show is not None and given.no_show not in NO_SHOW_FEES:
        yield "no_show", f"must be one of {', '.join(NO_SHOW_FEES)}"
    if given.kind == "CUSTOM" and not given.tiers:
        yield "tiers", "must have at least one tier"
    hours = [tier.hours_before for tier in given.tiers]
    if len(set(hours)) != len(hours):
        yield "tiers", "must not name the same hours_before twice"
    for number, tier in enumerate(given.tiers):
        yield from ((f"tiers.{number}.{field}", problem) for field, problem in _tier_problems(tier, currency))


def terms(given: PolicyDefinition, *, currency: str) -> CancellationPolicy:
    """The policy's terms as the bookings service stores them, with fixed fees in minor units.

    The definition must have no problems.
    """
    free = given.free_until_hours
    return mapped(
        CancellationPolicy,
        given,
        free_until_hours=FREE_UNTIL_HOURS.get(given.kind, 0) if free is None else free,
        percent=Decimal(given.percent),
        tiers=tuple(mapped(PolicyTier, tier, value=_tier_value(tier, currency)) for tier in given.tiers),
    )


def definition(
    policy: CancellationPolicy, *, code: str, name: str, currency: str, is_standard: bool
) -> PolicyDefinition:
    """The definition of a stored policy, with fixed fees in major units."""
    return mapped(
        PolicyDefinition,
        policy,
        code=code,
        name=name,
        percent=f"{policy.percent.normalize():f}",
        tiers=tuple(mapped(TierDefinition, tier, value=_value_text(tier, currency)) for tier in policy.tiers),
        is_standard=is_standard,
    )


def in_words(policy: CancellationPolicy, currency: str) -> CancellationPolicy:
    """The policy with a text. A policy whose text is empty gets a text that is made from its terms."""
    return policy if policy.text else replace(policy, text=_text(policy, currency))


def _text(policy: CancellationPolicy, currency: str) -> str:
    free = f"Free cancellation until {policy.free_until_hours} hours before check-in"
    if policy.kind == "FLEXIBLE":
        return f"{free}, then the first night is charged."
    if policy.kind == "MODERATE":
        return f"{free}, then {policy.percent.normalize():f}% of the stay is charged."
    if policy.kind == "NON_REFUNDABLE":
        return "Not refundable: the whole stay is charged."
    tiers = sorted(policy.tiers, key=lambda tier: -tier.hours_before)
    steps = [f"up to {tier.hours_before} hours before check-in {_fee(tier, currency)}" for tier in tiers]
    return f"Cancellation: {'; '.join(steps)}." if steps else "Free cancellation."


def _fee(tier: PolicyTier, currency: str) -> str:
    return {
        "NONE": "nothing",
        "FIRST_NIGHT": "the first night",
        "PERCENTAGE": f"{tier.value.normalize():f}% of the stay",
        "FIXED": str(rounded(tier.value, currency)),
        "FULL_STAY": "the whole stay",
    }[tier.kind] + " is charged"


def _tier_problems(tier: TierDefinition, currency: str) -> Iterator[tuple[str, str]]:
    if not 0 <= tier.hours_before <= LONGEST:
        yield "hours_before", f"must be 0 to {LONGEST}"
    if tier.kind not in FEES:
        yield "kind", f"must be one of {', '.join(FEES)}"
    if tier.kind == "PERCENTAGE" and _percentage(tier.value) is None:
        yield "value", "must be 0 to 100"
    if tier.kind == "FIXED":
        yield from amount_problems("value", tier.value, currency)


def _tier_value(tier: TierDefinition, currency: str) -> Decimal:
    if tier.kind == "FIXED":
        return Decimal(amount(tier.value, currency).amount)
    return Decimal(tier.value) if tier.kind == "PERCENTAGE" else Decimal(0)


def _value_text(tier: PolicyTier, currency: str) -> str:
    return Money(int(tier.value), currency).text if tier.kind == "FIXED" else f"{tier.value.normalize():f}"


def _percentage(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= HUNDRED else None
