"""The charges of a cancellation or no-show: the policy's rule, the fee, the refund and the balance."""

from datetime import datetime, timedelta
from decimal import Decimal

from contracts.bookings.status import BookingStatus
from contracts.bookings.views import CancellationPreview
from contracts.data import Data
from contracts.values import CancellationPolicy, Money, PolicyTier, Price, rounded
from services.bookings.domain import local_time, money_due
from services.bookings.domain.booking import Booking
from services.bookings.domain.money_due import Balance

FREE = PolicyTier(hours_before=0, kind="NONE")
FIRST_NIGHT = PolicyTier(hours_before=0, kind="FIRST_NIGHT")
FULL_STAY = PolicyTier(hours_before=0, kind="FULL_STAY")
RULES = {"NONE": "FREE_CANCELLATION"}
WAIVED = "FEE_WAIVED"
STAY_BEGUN = "STAY_BEGUN"
NIGHTS_USED = "NIGHTS_USED"
NEVER_FREE = 24 * 365 * 10  # hours


class CancellationCharges(Data):
    """The fee, the refunds to cards and at the desk, and the amount that the guest then owes at the desk.

    `fee_at_desk` means that the fee is too small to be captured from the authorised card; `keeps` is the amount that
    stays on cards.
    """

    fee: Money
    refund: Money
    balance_due: Money
    rule: str
    description: str
    keeps: Money
    refund_at_desk: Money
    fee_at_desk: bool = False

    @property
    def preview(self) -> CancellationPreview:
        """The charges in the form that guests and staff see before a cancellation."""
        return CancellationPreview(
            fee_amount=self.fee, refund_amount=self.refund, description=self.description, applied_rule=self.rule
        )


def time_left(booking: Booking, now: datetime) -> timedelta:
    """The time until check-in opens at the hotel. The time is negative once check-in has opened."""
    return first_opens_at(booking) - now


def first_opens_at(booking: Booking) -> datetime:
    """The moment (UTC) at which check-in opens, or would have opened for the stay first booked if that is earlier."""
    first = booking.first_booked.check_in if booking.first_booked else booking.check_in
    check_in = min(first, booking.check_in)
    return local_time.opens_at(check_in, booking.terms.settings.check_in_time, booking.timezone)


def free_hours(policy: CancellationPolicy) -> int:
    """The hours before check-in until which a cancellation is free; a policy without a free hour is never free."""
    if policy.kind == "NON_REFUNDABLE":
        return NEVER_FREE
    if policy.kind != "CUSTOM":
        return policy.free_until_hours
    return min((tier.hours_before for tier in policy.tiers if tier.kind == "NONE"), default=NEVER_FREE)


def applied_tier(policy: CancellationPolicy, left: timedelta) -> PolicyTier:
    """The policy's tier if `left` remains until check-in opens. At exactly `free_until_hours`, cancelling is free."""
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


def no_show_tier(policy: CancellationPolicy) -> PolicyTier:
    """The tier of a no-show. If the policy has no no-show rule: full stay if non-refundable, else first night.

    A no-show rule has only a kind. Its value is that of the policy's tier of this kind with the fewest hours before
    check-in. If the policy has no tier of this kind, the value of a percentage is `policy.percent`.
    """
    if policy.no_show is None:
        return FULL_STAY if policy.kind == "NON_REFUNDABLE" else FIRST_NIGHT
    alike = [tier for tier in policy.tiers if tier.kind == policy.no_show]
    value = policy.percent if policy.no_show == "PERCENTAGE" else Decimal(0)
    usual = PolicyTier(hours_before=0, kind=policy.no_show, value=value)
    return min(alike, key=lambda tier: tier.hours_before, default=usual)


def fee_of(tier: PolicyTier, price: Price) -> Money:
    """The tier's fee for a stay with this price, at most the price's total."""
    return min(_raw_fee(tier, price), price.total)


def first_night(price: Price) -> Money:
    """The price of the first night with tax."""
    night = price.nights[0]
    return night + night.portion(price.tax_percent) if price.first_night is None else price.first_night


def nights_used(price: Price, count: int) -> Money:
    """The part of the total price, with discount and tax, that falls on the first `count` nights."""
    used = sum(night.amount for night in price.nights[:count])
    if count >= len(price.nights) or price.subtotal.is_zero:
        return price.total
    return rounded(Decimal(price.total.amount) * used / price.subtotal.amount, price.total.currency)


def _raw_fee(tier: PolicyTier, price: Price) -> Money:
    if tier.kind == "FIRST_NIGHT":
        return first_night(price)
    if tier.kind == "PERCENTAGE":
        return price.total.portion(tier.value)
    if tier.kind == "FIXED":
        return rounded(tier.value, price.total.currency)
    return price.total if tier.kind == "FULL_STAY" else Money(0, price.total.currency)


def charges(booking: Booking, now: datetime, *, waived: bool = False) -> CancellationCharges:
    """The charges of a cancellation at the moment `now` (UTC)."""
    if booking.status is BookingStatus.IN_HOUSE:
        return _in_house_charges(booking, now, waived=waived)
    if not booking.on_card and booking.status is not BookingStatus.CONFIRMED:
        nothing = booking.nothing
        return CancellationCharges(
            fee=nothing,
            refund=nothing,
            refund_at_desk=nothing,
            balance_due=nothing,
            keeps=nothing,
            rule="NOTHING_PAID",
            description="Nothing was paid.",
        )
    return _by_tier(booking, applied_tier(booking.terms.policy, time_left(booking, now)), waived=waived)


def no_show_charges(booking: Booking, *, waived: bool = False) -> CancellationCharges:
    """The charges of a no-show."""
    return _by_tier(booking, no_show_tier(booking.terms.policy), waived=waived)


def balance_after(booking: Booking, fee: Money, *, fee_at_desk: bool = False) -> Balance:
    """The balance of the booking once it is called off with this fee.

    The stay's payment is refunded less the fees. Later payments, and what was paid at the desk, are returned less the
    room service and less the part of the fees that exceeds the stay's payment. If the card is only authorised, the
    fees are captured from the authorisation, unless `fee_at_desk`.
    """
    nothing, fees = booking.nothing, fee + booking.zero_if_none(booking.change_fees)
    later = money_due.on_later_cards(booking)
    own = money_due.on_cards(booking) - later
    if booking.held_on_card and not fee_at_desk:
        own = min(fees, money_due.on_hold(booking))
    left = max(fees - own, nothing) + booking.zero_if_none(booking.served) - money_due.at_desk(booking) - later
    to_cards = min(max(nothing - left, nothing), later)
    return Balance(
        due=max(left, nothing),
        refund=max(own - fees, nothing) + to_cards,
        refund_at_desk=max(nothing - left - to_cards, nothing),
    ).less_open_desk_refund(booking)


def _by_tier(booking: Booking, tier: PolicyTier, *, waived: bool) -> CancellationCharges:
    tier = FREE if waived else tier
    fee = _fee_after_changes(booking, tier)
    rule = WAIVED if waived else RULES.get(tier.kind, tier.kind)
    return _charges(booking, fee, rule=rule, what=_described(tier, fee, waived=waived))


def _fee_after_changes(booking: Booking, tier: PolicyTier) -> Money:
    """The tier's fee, which together with the fees of changes is at most that of the stay now, or as first booked.

    What was waived of the price is not charged as a fee either.
    """
    price, charged = booking.terms.price, booking.zero_if_none(booking.change_fees)
    first = booking.first_booked.price if booking.first_booked else price
    most = max(fee_of(tier, price), fee_of(tier, first)) - charged
    return max(min(fee_of(tier, price), most, money_due.price_before_extra_refunds(booking)), booking.nothing)


def _in_house_charges(booking: Booking, now: datetime, *, waived: bool) -> CancellationCharges:
    """The charges of a cancellation in house: the whole stay; with a waiver, the nights slept and tonight.

    What was waived of the price is not charged as a fee.
    """
    whole = money_due.price_before_extra_refunds(booking)
    slept = (local_time.local_date(now, booking.timezone) - booking.check_in).days
    used = min(nights_used(booking.terms.price, slept + 1), whole)
    if waived:
        what = f"The hotel keeps the nights slept and tonight: {used}."
        return _charges(booking, used, rule=NIGHTS_USED, what=what)
    what = f"The stay has begun: the hotel keeps the whole stay: {whole}."
    if used < whole:
        what += f" A waiver would give up all but the nights slept and tonight: {used}."
    return _charges(booking, whole, rule=STAY_BEGUN, what=what)


def _charges(booking: Booking, fee: Money, *, rule: str, what: str) -> CancellationCharges:
    due_by_card = fee + booking.zero_if_none(booking.change_fees)
    fee_at_desk = booking.held_on_card and not fee.is_zero and not booking.terms.charge_limits.allow(due_by_card)
    what += " This is paid at the hotel." if fee_at_desk else ""
    after = balance_after(booking, fee, fee_at_desk=fee_at_desk)
    refund = after.refund
    return CancellationCharges(
        fee=fee,
        refund=refund,
        refund_at_desk=after.refund_at_desk,
        balance_due=after.due,
        fee_at_desk=fee_at_desk,
        rule=rule,
        description=f"{what} {refund} will be refunded." if not refund.is_zero else what,
        keeps=_kept_on_cards(booking, due_by_card, refund, fee_at_desk=fee_at_desk),
    )


def _kept_on_cards(booking: Booking, due_by_card: Money, refund: Money, *, fee_at_desk: bool) -> Money:
    """The amount that stays on the booking's cards; of an authorisation, the amount that is captured."""
    if booking.held_on_card:
        held = booking.nothing if fee_at_desk else min(due_by_card, money_due.on_hold(booking))
        return held + money_due.on_cards(booking)
    return money_due.on_cards(booking) - refund


def _described(tier: PolicyTier, fee: Money, *, waived: bool) -> str:
    if waived:
        return "The hotel has waived the fee."
    if fee.is_zero:
        return "Free cancellation."
    what = {
        "FIRST_NIGHT": "the first night",
        "PERCENTAGE": f"{_digits(tier.value)} % of the stay",
        "FULL_STAY": "the whole stay",
    }.get(tier.kind, "a fixed fee")
    return f"The hotel keeps {what}: {fee}."


def _digits(value: Decimal) -> str:
    return f"{value.normalize():f}"
