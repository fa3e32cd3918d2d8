"""The fees of cancellations, no-shows and changes, written a second time from the specification, for the judge."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contracts.values import CancellationPolicy, Price

ONE_CENT = Decimal(1)
NOTHING = Decimal(0)


class Rule(NamedTuple):
    """The rule of a fee, with its percentage or its amount in minor units."""

    kind: str
    value: Decimal = NOTHING


def cancellation_rule(
    policy: CancellationPolicy, *, cancelled_at: datetime, check_in: date, opens: str, timezone: str
) -> Rule:
    """The rule for a cancellation or a change at `cancelled_at`, before the guest has come."""
    hour, minute = (int(part) for part in opens.split(":"))
    check_in_opens = datetime.combine(check_in, time(hour, minute), tzinfo=ZoneInfo(timezone))
    left = check_in_opens.timestamp() - cancelled_at.timestamp()
    if policy.kind == "NON_REFUNDABLE":
        return Rule("FULL_STAY")
    if policy.kind == "CUSTOM":
        tiers = sorted(policy.tiers, key=lambda tier: tier.hours_before)
        fitting = [tier for tier in tiers if tier.hours_before * 3600 <= left]
        [tier] = fitting[-1:] or tiers[:1]
        return Rule(tier.kind, tier.value)
    if left >= policy.free_until_hours * 3600:
        return Rule("NONE")
    return Rule("FIRST_NIGHT") if policy.kind == "FLEXIBLE" else Rule("PERCENTAGE", policy.percent)


def no_show_rule(policy: CancellationPolicy) -> Rule:
    """The rule for a guest who did not come."""
    if policy.no_show is None:
        return Rule("FULL_STAY" if policy.kind == "NON_REFUNDABLE" else "FIRST_NIGHT")
    without_tier = policy.percent if policy.no_show == "PERCENTAGE" else NOTHING
    alike = [(tier.hours_before, tier.value) for tier in policy.tiers if tier.kind == policy.no_show]
    _, value = min(alike, default=(0, without_tier))
    return Rule(policy.no_show, value)


def fee_by_rule(rule: Rule, price: Price) -> int:
    """The fee in minor units by one rule, never more than the price."""
    total = Decimal(price.total.amount)
    raw = {
        "NONE": NOTHING,
        "FULL_STAY": total,
        "FIRST_NIGHT": Decimal(price.first_night.amount) if price.first_night is not None else total,
        "PERCENTAGE": total * rule.value / 100,
        "FIXED": rule.value,
    }[rule.kind]
    return int(min(raw.quantize(ONE_CENT, ROUND_HALF_UP), total))


def fee_after_changes(rule: Rule, price: Price, *, first: Price, charged: int, waived: int) -> int:
    """The fee in minor units of calling a changed stay off, which was `first` booked at another price.

    With the fees of changes, which were `charged`, it is at most the fee of the dearer of the two stays; and what the
    hotel has `waived` of the price is not charged.
    """
    present = fee_by_rule(rule, price)
    most = max(present, fee_by_rule(rule, first)) - charged
    return max(min(present, most, price.total.amount - waived), 0)


def change_fees(rule: Rule, lower: int, *, first: Price, charged: int, removes_nights: bool) -> range:
    """The fees in minor units that a change may cost before check-in, by which the total is `lower`.

    With the fees of earlier changes, which were `charged`, the fee is at most that of cancelling the stay `first`
    booked. Of a removed first night, the price is not known any more.
    """
    most = max(min(lower, fee_by_rule(rule, first) - charged), 0)
    if rule.kind == "FIRST_NIGHT" and removes_nights:
        return range(most + 1)
    share = {"NONE": NOTHING, "PERCENTAGE": lower * rule.value / 100, "FIXED": rule.value}.get(
        rule.kind, Decimal(lower)
    )
    fee = min(int(share.quantize(ONE_CENT, ROUND_HALF_UP)), most)
    return range(fee, fee + 1)


def nights_used(price: Price, *, check_in: date, cancelled_at: datetime, timezone: str) -> int:
    """The price in minor units of the nights slept and tonight, for a stay that is cancelled in house with a waiver."""
    slept = (cancelled_at.astimezone(ZoneInfo(timezone)).date() - check_in) / timedelta(days=1)
    nights = [night.amount for night in price.nights]
    used = nights[: int(slept) + 1]
    if len(used) >= len(nights) or not price.subtotal.amount:
        return price.total.amount
    share = Decimal(price.total.amount) * sum(used) / price.subtotal.amount
    return int(share.quantize(ONE_CENT, ROUND_HALF_UP))
