"""The fee of a change that makes a stay cheaper, after the policy's free hour."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from contracts.bookings.status import BookingStatus
from contracts.values import Money, PolicyTier, Price, Stay, rounded
from services.bookings.domain import cancellation_fees
from services.bookings.domain.booking import Booking

UNPAID = (BookingStatus.DRAFT, BookingStatus.PENDING_PAYMENT)


def change_fee(booking: Booking, new: Price, removed: Sequence[date], *, now: datetime, waived: bool) -> Money:
    """The fee of the change at the moment `now` (UTC), of the amount D by which the total falls.

    A percentage is one of D; the first night is the earliest removed night with tax; no fee exceeds D. All fees of
    changes together are at most the fee of cancelling the stay first booked. In house, the money stays: the fee is D.
    """
    nothing, lower = booking.nothing, booking.total - new.total
    if waived or lower <= nothing or booking.status in UNPAID:
        return nothing
    if booking.status is BookingStatus.IN_HOUSE:
        return lower
    tier = cancellation_fees.applied_tier(booking.terms.policy, cancellation_fees.time_left(booking, now))
    first = booking.first_booked.price if booking.first_booked else booking.terms.price
    most = cancellation_fees.fee_of(tier, first) - booking.zero_if_none(booking.change_fees)
    return max(min(_fee_of(tier, booking, lower, removed), lower, most), nothing)


def _fee_of(tier: PolicyTier, booking: Booking, lower: Money, removed: Sequence[date]) -> Money:
    if tier.kind == "FIRST_NIGHT":
        return _first_removed(booking, removed) if removed else lower
    if tier.kind == "PERCENTAGE":
        return lower.portion(tier.value)
    if tier.kind == "FIXED":
        return rounded(tier.value, lower.currency)
    return lower if tier.kind == "FULL_STAY" else booking.nothing


def _first_removed(booking: Booking, removed: Sequence[date]) -> Money:
    price = booking.terms.price
    nights = dict(zip(Stay(booking.check_in, booking.check_out), price.nights, strict=False))
    night = nights.get(min(removed), booking.nothing)
    return rounded(Decimal(night.amount) * (100 + price.tax_percent) / 100, night.currency)
