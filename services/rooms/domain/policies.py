"""Cancellation terms in words, for a quote and a booking page."""

from dataclasses import replace

from contracts.values import CancellationPolicy, PolicyTier, rounded


def in_words(policy: CancellationPolicy, currency: str) -> CancellationPolicy:
    """The policy with a text: the hotel's own if it wrote one."""
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
        "FIXED": f"{rounded(tier.value, currency).text} {currency}",
        "FULL_STAY": "the whole stay",
    }[tier.kind] + " is charged"
