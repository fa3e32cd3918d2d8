"""The judge's own fees agree with the examples of the specification."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contracts.values import CancellationPolicy, Money, PolicyTier, Price
from tests.simulation.judging.fees import (
    Rule,
    cancellation_rule,
    change_fees,
    fee_after_changes,
    fee_by_rule,
    nights_used,
    no_show_rule,
)


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


PRICE = Price(
    nights=(euros(10_000), euros(20_000)),
    subtotal=euros(30_000),
    discount=euros(0),
    tax=euros(2_700),
    total=euros(32_700),
    tax_percent=Decimal(9),
    first_night=euros(10_900),
)
TIERS = (
    PolicyTier(hours_before=0, kind="FULL_STAY"),
    PolicyTier(hours_before=24, kind="PERCENTAGE", value=Decimal(60)),
    PolicyTier(hours_before=72, kind="FIXED", value=Decimal(2_000)),
)
CHECK_IN, DUBLIN = date(2031, 5, 5), "Europe/Dublin"
# Check-in opens on 5 May at 15:00 in Dublin, which is 14:00 UTC.
DAY_BEFORE, MINUTE_LATER = datetime(2031, 5, 4, 14, tzinfo=UTC), datetime(2031, 5, 4, 14, 1, tzinfo=UTC)
LATE, EARLY = datetime(2031, 5, 5, 13, tzinfo=UTC), datetime(2031, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("policy", "cancelled_at", "fee"),
    [
        (CancellationPolicy(kind="FLEXIBLE"), DAY_BEFORE, 0),
        (CancellationPolicy(kind="FLEXIBLE"), MINUTE_LATER, 10_900),
        (CancellationPolicy(kind="MODERATE", free_until_hours=48), DAY_BEFORE, 16_350),
        (CancellationPolicy(kind="NON_REFUNDABLE"), EARLY, 32_700),
        (CancellationPolicy(kind="CUSTOM", tiers=TIERS), EARLY, 2_000),
        (CancellationPolicy(kind="CUSTOM", tiers=TIERS), DAY_BEFORE, 19_620),
        (CancellationPolicy(kind="CUSTOM", tiers=TIERS), LATE, 32_700),
        (CancellationPolicy(kind="CUSTOM", tiers=TIERS[1:]), LATE, 19_620),
    ],
)
def test_a_cancellation_costs_what_the_policy_says(
    policy: CancellationPolicy, cancelled_at: datetime, fee: int
) -> None:
    rule = cancellation_rule(policy, cancelled_at=cancelled_at, check_in=CHECK_IN, opens="15:00", timezone=DUBLIN)

    assert fee_by_rule(rule, PRICE) == fee


@pytest.mark.parametrize(
    ("policy", "fee"),
    [
        (CancellationPolicy(kind="FLEXIBLE"), 10_900),
        (CancellationPolicy(kind="NON_REFUNDABLE"), 32_700),
        (CancellationPolicy(kind="FLEXIBLE", no_show="PERCENTAGE"), 16_350),
        (CancellationPolicy(kind="CUSTOM", tiers=TIERS, no_show="FIXED"), 2_000),
        (CancellationPolicy(kind="FLEXIBLE", no_show="NONE"), 0),
    ],
)
def test_a_no_show_costs_what_the_policy_says(policy: CancellationPolicy, fee: int) -> None:
    assert fee_by_rule(no_show_rule(policy), PRICE) == fee


@pytest.mark.parametrize(
    ("rule", "charged", "fees"),
    [
        (Rule("NONE"), 0, range(1)),
        (Rule("PERCENTAGE", Decimal(50)), 0, range(5_450, 5_451)),
        (Rule("PERCENTAGE", Decimal(50)), 15_000, range(1_350, 1_351)),
        (Rule("FIXED", Decimal(2_000)), 0, range(2_000, 2_001)),
        (Rule("FULL_STAY"), 0, range(10_900, 10_901)),
        (Rule("FULL_STAY"), 32_700, range(1)),
        (Rule("FIRST_NIGHT"), 5_000, range(5_901)),
    ],
)
def test_a_change_costs_a_share_of_the_difference_and_all_fees_are_at_most_that_of_the_first_stay(
    rule: Rule, charged: int, fees: range
) -> None:
    assert change_fees(rule, 10_900, first=PRICE, charged=charged, removes_nights=True) == fees


@pytest.mark.parametrize(("charged", "waived", "fee"), [(0, 0, 32_700), (10_000, 0, 22_700), (0, 30_000, 2_700)])
def test_calling_a_changed_stay_off_costs_what_changes_and_waivers_have_left(
    charged: int, waived: int, fee: int
) -> None:
    assert fee_after_changes(Rule("FULL_STAY"), PRICE, first=PRICE, charged=charged, waived=waived) == fee


def test_with_a_waiver_a_guest_in_house_pays_the_nights_slept_and_tonight() -> None:
    first, second = datetime(2031, 5, 5, 20, tzinfo=UTC), datetime(2031, 5, 6, 20, tzinfo=UTC)

    assert nights_used(PRICE, cancelled_at=first, check_in=CHECK_IN, timezone=DUBLIN) == 10_900
    assert nights_used(PRICE, cancelled_at=second, check_in=CHECK_IN, timezone=DUBLIN) == 32_700
