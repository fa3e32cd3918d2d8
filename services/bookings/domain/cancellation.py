"""What calling off costs: the policy's rule, the fee, and where the money is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from contracts.bookings import BookingStatus, CancellationPreview
from contracts.values import CancellationPolicy, Money, PolicyTier, Price
from services.bookings.domain import local_time
from services.bookings.domain.booking import Booking

FREE = PolicyTier(hours_before=0, kind="NONE")
FIRST_NIGHT = PolicyTier(hours_before=0, kind="FIRST_NIGHT")
FULL_STAY = PolicyTier(hours_before=0, kind="FULL_STAY")
RULES = {"NONE": "FREE_CANCELLATION"}


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What the hotel keeps, what goes back of what was captured, and what is still owed at the desk."""

    fee: Money
    refund: Money
    balance_due: Money
    rule: str
    description: str

    @property
    def preview(self) -> CancellationPreview:
        """As the guest is shown it before deciding."""
        return CancellationPreview(
            fee_amount=self.fee, refund_amount=self.refund, description=self.description, applied_rule=self.rule
        )


def time_left(booking: Booking, now: datetime) -> timedelta:
    """Elapsed time until check-in opens, hotel-local; negative when it has."""
    opens = local_time.opens_at(booking.check_in, booking.terms.settings.check_in_time, booking.timezone)
    return opens - now


def applied_tier(policy: CancellationPolicy, left: timedelta) -> PolicyTier:
    """The rule that holds with so much time left. Exactly the threshold is free."""
    free = left >= timedelta(hours=policy.free_until_hours)
    if policy.kind == "FLEXIBLE":
        return FREE if free else FIRST_NIGHT
    if policy.kind == "MODERATE":
        return FREE if free else PolicyTier(hours_before=0, kind="PERCENTAGE", value=policy.percent)
    if policy.kind == "NON_REFUNDABLE":
        return FULL_STAY
    tiers = sorted(policy.tiers, key=lambda tier: tier.hours_before)
    reached = [tier for tier in tiers if timedelta(hours=tier.hours_before) <= left]
    return (reached[-1] if reached else tiers[0]) if tiers else FREE


def fee_of(tier: PolicyTier, price: Price) -> Money:
    """The tier's fee for a stay at that price; never more than its total."""
    return min(_raw_fee(tier, price), price.total)


def first_night(price: Price) -> Money:
    """The first night's own price, with tax."""
    night = price.nights[0]
    return price.first_night or night + night.portion(price.tax_percent)


def _raw_fee(tier: PolicyTier, price: Price) -> Money:
    if tier.kind == "FIRST_NIGHT":
        return first_night(price)
    if tier.kind == "PERCENTAGE":
        return price.total.portion(tier.value)
    if tier.kind == "FIXED":
        return Money(int(tier.value), price.total.currency)
    return price.total if tier.kind == "FULL_STAY" else Money(0, price.total.currency)


def settle(booking: Booking, now: datetime, *, waived: bool = False) -> Settlement:
    """What cancelling at that moment means in money."""
    nothing = booking.nothing
    kept = (booking.captured or nothing) - (booking.refunded or nothing)
    on_card = booking.held_on_card or bool(kept)
    if not on_card and booking.status is not BookingStatus.CONFIRMED:
        return Settlement(
            fee=nothing, refund=nothing, balance_due=nothing, rule="NOTHING_PAID", description="Nothing was paid."
        )
    tier = FREE if waived else applied_tier(booking.terms.policy, time_left(booking, now))
    fee = fee_of(tier, booking.terms.price)
    refund = max(kept - fee, nothing)
    what = _described(tier, fee, waived=waived)
    return Settlement(
        fee=fee,
        refund=refund,
        balance_due=nothing if on_card else fee,
        rule="FEE_WAIVED" if waived else RULES.get(tier.kind, tier.kind),
        description=f"{what} {refund.currency} {refund.text} will be refunded." if refund else what,
    )


def _described(tier: PolicyTier, fee: Money, *, waived: bool) -> str:
    if waived:
        return "The hotel has waived the fee."
    if not fee:
        return "Free cancellation."
    shown = f"{fee.currency} {fee.text}"
    what = {
        "FIRST_NIGHT": "the first night",
        "PERCENTAGE": f"{_digits(tier.value)} % of the stay",
        "FULL_STAY": "the whole stay",
    }.get(tier.kind, "a fixed fee")
    return f"The hotel keeps {what}: {shown}."


def _digits(value: Decimal) -> str:
    return f"{value.normalize():f}"
