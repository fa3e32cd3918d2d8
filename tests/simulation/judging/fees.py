"""The fees of cancellations and no-shows, written a second time from the specification, for the judge alone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from contracts.values import CancellationPolicy, Price

ONE_CENT = Decimal(1)


def cancellation_fee(
    policy: CancellationPolicy, price: Price, *, cancelled_at: datetime, check_in: date, opens: str, timezone: str
) -> int:
    """The fee in minor units of a cancellation at `cancelled_at`, before the guest has come."""
    hour, minute = (int(part) for part in opens.split(":"))
    check_in_opens = datetime.combine(check_in, time(hour, minute), tzinfo=ZoneInfo(timezone))
    left = check_in_opens.timestamp() - cancelled_at.timestamp()
    if policy.kind == "NON_REFUNDABLE":
        return price.total.amount
    if policy.kind == "CUSTOM":
        tiers = sorted(policy.tiers, key=lambda tier: tier.hours_before)
        fitting = [tier for tier in tiers if tier.hours_before * 3600 <= left]
        return sum(fee_by_rule(tier.kind, tier.value, price) for tier in fitting[-1:] or tiers[:1])
    if left >= policy.free_until_hours * 3600:
        return 0
    return fee_by_rule("FIRST_NIGHT" if policy.kind == "FLEXIBLE" else "PERCENTAGE", policy.percent, price)


def no_show_fee(policy: CancellationPolicy, price: Price) -> int:
    """The fee in minor units for a guest who did not come."""
    if policy.no_show is None:
        return fee_by_rule("FULL_STAY" if policy.kind == "NON_REFUNDABLE" else "FIRST_NIGHT", Decimal(0), price)
    without_tier = policy.percent if policy.no_show == "PERCENTAGE" else Decimal(0)
    alike = [(tier.hours_before, tier.value) for tier in policy.tiers if tier.kind == policy.no_show]
    _, value = min(alike, default=(0, without_tier))
    return fee_by_rule(policy.no_show, value, price)


def fee_by_rule(rule: str, value: Decimal, price: Price) -> int:
    """The fee in minor units by one rule, never more than the price."""
    total = Decimal(price.total.amount)
    raw = {
        "NONE": Decimal(0),
        "FULL_STAY": total,
        "FIRST_NIGHT": Decimal(price.first_night.amount) if price.first_night is not None else total,
        "PERCENTAGE": total * value / 100,
        "FIXED": value,
    }[rule]
    return int(min(raw.quantize(ONE_CENT, ROUND_HALF_UP), total))


def nights_used(price: Price, *, check_in: date, cancelled_at: datetime, timezone: str) -> int:
    """The price in minor units of the nights slept and tonight, for a stay that is cancelled in house with a waiver."""
    slept = (cancelled_at.astimezone(ZoneInfo(timezone)).date() - check_in) / timedelta(days=1)
    nights = [night.amount for night in price.nights]
    used = nights[: int(slept) + 1]
    if len(used) >= len(nights) or not price.subtotal.amount:
        return price.total.amount
    share = Decimal(price.total.amount) * sum(used) / price.subtotal.amount
    return int(share.quantize(ONE_CENT, ROUND_HALF_UP))
