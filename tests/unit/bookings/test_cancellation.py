"""The charges of a cancellation."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from contracts.bookings.status import BookingStatus
from contracts.values import CancellationPolicy, PolicyTier
from services.bookings.domain import cancellation_fees
from tests.unit.bookings.builders import a_booking, a_card, a_price, awaiting_approval, eur, unpaid

OPENS = datetime(2030, 6, 10, 14, 0, tzinfo=UTC)  # 15:00 in Dublin in summer
FLEXIBLE = CancellationPolicy(kind="FLEXIBLE", free_until_hours=24)
MODERATE = CancellationPolicy(kind="MODERATE", free_until_hours=48, percent=Decimal(50))
CUSTOM = CancellationPolicy(
    kind="CUSTOM",
    tiers=(
        PolicyTier(hours_before=0, kind="FULL_STAY"),
        PolicyTier(hours_before=24, kind="FIRST_NIGHT"),
        PolicyTier(hours_before=72, kind="PERCENTAGE", value=Decimal(10)),
        PolicyTier(hours_before=168, kind="NONE"),
    ),
)


@pytest.mark.parametrize(
    ("policy", "hours", "fee", "rule"),
    [
        (FLEXIBLE, 24, 0, "FREE_CANCELLATION"),
        (FLEXIBLE, 23.99, 13080, "FIRST_NIGHT"),
        (FLEXIBLE, -5, 13080, "FIRST_NIGHT"),
        (MODERATE, 48, 0, "FREE_CANCELLATION"),
        (MODERATE, 47.9, 17440, "PERCENTAGE"),
        (CancellationPolicy(kind="NON_REFUNDABLE"), 1000, 34880, "FULL_STAY"),
        (CUSTOM, 168, 0, "FREE_CANCELLATION"),
        (CUSTOM, 167, 3488, "PERCENTAGE"),
        (CUSTOM, 30, 13080, "FIRST_NIGHT"),
        (CUSTOM, 3, 34880, "FULL_STAY"),
        (CUSTOM, -3, 34880, "FULL_STAY"),
        (CancellationPolicy(kind="CUSTOM"), 3, 0, "FREE_CANCELLATION"),
        (
            CancellationPolicy(kind="CUSTOM", tiers=(PolicyTier(hours_before=0, kind="FIXED", value=Decimal(2500)),)),
            3,
            2500,
            "FIXED",
        ),
    ],
)
def test_the_fee_follows_the_policy(policy: CancellationPolicy, hours: float, fee: int, rule: str) -> None:
    money = cancellation_fees.charges(a_booking(policy=policy), OPENS - timedelta(hours=hours))

    assert (money.fee, money.refund, money.rule) == (eur(fee), eur(34880 - fee), rule)
    assert money.balance_due == eur(0)


def test_the_smallest_custom_tier_applies_when_none_is_reached() -> None:
    policy = CancellationPolicy(
        kind="CUSTOM",
        tiers=(PolicyTier(hours_before=48, kind="FIRST_NIGHT"), PolicyTier(hours_before=12, kind="FULL_STAY")),
    )

    assert cancellation_fees.charges(a_booking(policy=policy), OPENS - timedelta(hours=3)).fee == eur(34880)


def test_a_fee_never_exceeds_the_total() -> None:
    fixed = CancellationPolicy(kind="CUSTOM", tiers=(PolicyTier(hours_before=0, kind="FIXED", value=Decimal(10**9)),))

    assert cancellation_fees.charges(a_booking(policy=fixed), OPENS).fee == eur(34880)


def test_a_first_night_without_a_price_of_its_own_includes_tax() -> None:
    assert cancellation_fees.first_night(a_price(first_night=None)) == eur(13080)


def test_an_unpaid_booking_costs_nothing_to_cancel() -> None:
    harsh = CancellationPolicy(kind="NON_REFUNDABLE")

    for booking in (
        unpaid(policy=harsh),
        unpaid(policy=harsh, payment_status="SESSION_OPEN"),
        unpaid(policy=harsh, status=BookingStatus.DRAFT, expires_at=None),
    ):
        money = cancellation_fees.charges(booking, OPENS)
        assert (money.fee, money.refund, money.balance_due, money.rule) == (eur(0), eur(0), eur(0), "NOTHING_PAID")


def test_a_cancelled_authorisation_pays_the_fee_without_a_refund() -> None:
    money = cancellation_fees.charges(awaiting_approval(policy=CancellationPolicy(kind="NON_REFUNDABLE")), OPENS)

    assert (money.fee, money.refund, money.balance_due) == (eur(34880), eur(0), eur(0))


def test_the_fee_of_a_booking_without_a_card_is_owed_at_the_desk() -> None:
    money = cancellation_fees.charges(a_booking(payment_status="NONE", captured=None), OPENS)

    assert (money.fee, money.refund, money.balance_due) == (eur(13080), eur(0), eur(13080))


def test_an_amount_refunded_before_is_not_refunded_twice() -> None:
    money = cancellation_fees.charges(a_booking(refunded=eur(30000)), OPENS - timedelta(days=5))

    assert money.refund == eur(4880)


def test_a_waived_fee_is_zero() -> None:
    money = cancellation_fees.charges(a_booking(), OPENS, waived=True)

    assert (money.fee, money.refund, money.rule) == (eur(0), eur(34880), "FEE_WAIVED")


def test_the_time_left_is_elapsed_time_when_the_clocks_change() -> None:
    """In Los Angeles 10 March 2030 has 23 hours: 15:00 the day before is not 24 hours before."""
    booking = a_booking(
        card=a_card(timezone="America/Los_Angeles"), check_in=date(2030, 3, 10), check_out=date(2030, 3, 12)
    )
    same_wall_time_the_day_before = datetime(2030, 3, 9, 23, 0, tzinfo=UTC)

    assert cancellation_fees.time_left(booking, same_wall_time_the_day_before) == timedelta(hours=23)
    assert cancellation_fees.charges(booking, same_wall_time_the_day_before).fee == eur(13080)
    assert cancellation_fees.charges(booking, same_wall_time_the_day_before - timedelta(hours=1)).fee == eur(0)


def test_the_cancellation_preview_describes_fee_and_refund() -> None:
    preview = cancellation_fees.charges(a_booking(), OPENS).preview

    assert preview.description == "The hotel keeps the first night: EUR 130.80. EUR 218.00 will be refunded."
    assert preview.applied_rule == "FIRST_NIGHT"
