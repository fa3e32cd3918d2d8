"""Every policy at every hour that matters, at three hotels, in ordinary weeks and when the clocks change.

What is expected is written down by hand, or worked out without the code under test: instants as UTC that anybody can
look up, fees in minor units.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts.bookings.status import BookingStatus
from contracts.values import CancellationPolicy, Money, PolicyTier, Price
from services.bookings.domain import cancellation_fees
from services.bookings.domain.booking import Booking
from tests.unit.bookings.builders import a_booking, a_card, a_price, awaiting_approval, eur

INSTANT = timedelta(microseconds=1)
FIRST, HALF, ALL, NOTHING = 13080, 17440, 34880, 0

# Check-in time, 15:00 on the wall, by hotel and date; in the comment what the wall's day before check-in was like.
OPENS = {
    ("Europe/Dublin", date(2030, 6, 10)): datetime(2030, 6, 10, 14, tzinfo=UTC),
    ("Europe/Dublin", date(2030, 12, 10)): datetime(2030, 12, 10, 15, tzinfo=UTC),
    ("Europe/Dublin", date(2030, 3, 31)): datetime(2030, 3, 31, 14, tzinfo=UTC),  # 23 hours
    ("Europe/Dublin", date(2030, 10, 27)): datetime(2030, 10, 27, 15, tzinfo=UTC),  # 25 hours
    ("America/Los_Angeles", date(2030, 6, 10)): datetime(2030, 6, 10, 22, tzinfo=UTC),
    ("America/Los_Angeles", date(2030, 12, 10)): datetime(2030, 12, 10, 23, tzinfo=UTC),
    ("America/Los_Angeles", date(2030, 3, 10)): datetime(2030, 3, 10, 22, tzinfo=UTC),  # 23 hours
    ("America/Los_Angeles", date(2030, 11, 3)): datetime(2030, 11, 3, 23, tzinfo=UTC),  # 25 hours
    ("Asia/Tokyo", date(2030, 6, 10)): datetime(2030, 6, 10, 6, tzinfo=UTC),
    ("Asia/Tokyo", date(2030, 3, 31)): datetime(2030, 3, 31, 6, tzinfo=UTC),  # no change there, ever
}

FLEXIBLE = CancellationPolicy(kind="FLEXIBLE", free_until_hours=24)
FLEXIBLE_TO_THE_LAST = CancellationPolicy(kind="FLEXIBLE", free_until_hours=0)
MODERATE = CancellationPolicy(kind="MODERATE", free_until_hours=48, percent=Decimal(50))
NON_REFUNDABLE = CancellationPolicy(kind="NON_REFUNDABLE")
CUSTOM = CancellationPolicy(
    kind="CUSTOM",
    tiers=(  # in no order
        PolicyTier(hours_before=24, kind="PERCENTAGE", value=Decimal("12.5")),
        PolicyTier(hours_before=168, kind="NONE"),
        PolicyTier(hours_before=2, kind="FULL_STAY"),
        PolicyTier(hours_before=72, kind="FIXED", value=Decimal(2500)),
        PolicyTier(hours_before=12, kind="FIRST_NIGHT"),
    ),
)

# policy, hours before check-in opens, and the fee just before that moment, at it, and just after it
BOUNDARIES = [
    (FLEXIBLE, 24, (NOTHING, NOTHING, FIRST)),
    (FLEXIBLE, 0, (FIRST, FIRST, FIRST)),
    (FLEXIBLE, -30, (FIRST, FIRST, FIRST)),
    (FLEXIBLE_TO_THE_LAST, 0, (NOTHING, NOTHING, FIRST)),
    (MODERATE, 48, (NOTHING, NOTHING, HALF)),
    (MODERATE, 24, (HALF, HALF, HALF)),
    (MODERATE, 0, (HALF, HALF, HALF)),
    (NON_REFUNDABLE, 10_000, (ALL, ALL, ALL)),
    (NON_REFUNDABLE, 0, (ALL, ALL, ALL)),
    (CUSTOM, 168, (NOTHING, NOTHING, 2500)),
    (CUSTOM, 72, (2500, 2500, 4360)),
    (CUSTOM, 24, (4360, 4360, FIRST)),
    (CUSTOM, 12, (FIRST, FIRST, ALL)),
    (CUSTOM, 2, (ALL, ALL, ALL)),
    (CUSTOM, 0, (ALL, ALL, ALL)),
    (CUSTOM, -5, (ALL, ALL, ALL)),
]


@pytest.mark.parametrize(("zone", "check_in"), OPENS)
@pytest.mark.parametrize(("policy", "hours", "fees"), BOUNDARIES)
def test_a_fee_just_before_at_and_just_after_every_boundary(
    zone: str, check_in: date, policy: CancellationPolicy, *, hours: int, fees: tuple[int, int, int]
) -> None:
    booking = a_booking(
        policy=policy, card=a_card(timezone=zone), check_in=check_in, check_out=check_in + timedelta(days=3)
    )
    boundary = OPENS[zone, check_in] - timedelta(hours=hours)

    amounts = [
        cancellation_fees.charges(booking, moment) for moment in (boundary - INSTANT, boundary, boundary + INSTANT)
    ]

    assert [money.fee.amount for money in amounts] == list(fees)
    assert [money.refund.amount for money in amounts] == [ALL - fee for fee in fees]
    assert {money.balance_due.amount for money in amounts} == {0}


@pytest.mark.parametrize(
    ("zone", "check_in", "wall_clock_day_before", "fee"),
    [
        ("Europe/Dublin", date(2030, 3, 31), datetime(2030, 3, 30, 15, tzinfo=UTC), FIRST),  # only 23 hours are left
        ("Europe/Dublin", date(2030, 10, 27), datetime(2030, 10, 26, 14, tzinfo=UTC), NOTHING),  # 25 hours
        ("America/Los_Angeles", date(2030, 3, 10), datetime(2030, 3, 9, 23, tzinfo=UTC), FIRST),
        ("America/Los_Angeles", date(2030, 11, 3), datetime(2030, 11, 2, 22, tzinfo=UTC), NOTHING),
        ("Asia/Tokyo", date(2030, 3, 31), datetime(2030, 3, 30, 6, tzinfo=UTC), NOTHING),  # exactly 24
    ],
)
def test_the_same_wall_time_the_day_before_is_not_always_24_hours_before(
    zone: str, check_in: date, wall_clock_day_before: datetime, fee: int
) -> None:
    booking = a_booking(card=a_card(timezone=zone), check_in=check_in, check_out=check_in + timedelta(days=3))

    assert cancellation_fees.charges(booking, wall_clock_day_before).fee == eur(fee)


def priced(currency: str, total: int, first_night: int) -> Price:
    def money(amount: int) -> Money:
        return Money(amount, currency)

    return a_price(
        nights=(money(first_night),) * 2, subtotal=money(total), discount=money(0), tax=money(0), total=money(total),
        first_night=money(first_night),
    )  # fmt: skip


def tier(kind: str, value: str) -> CancellationPolicy:
    return CancellationPolicy(
        kind="CUSTOM", tiers=(PolicyTier(hours_before=0, kind=kind, value=Decimal(value)),), no_show=kind
    )


@pytest.mark.parametrize(
    ("currency", "total", "policy", "fee"),
    [
        ("EUR", 10001, tier("PERCENTAGE", "50"), 5001),  # 5000.5, half up
        ("EUR", 10001, tier("PERCENTAGE", "33.33"), 3333),
        ("EUR", 10001, tier("FIXED", "2500"), 2500),
        ("EUR", 10001, tier("FIXED", "99999"), 10001),  # never more than the stay
        ("EUR", 10001, tier("PERCENTAGE", "100"), 10001),
        ("EUR", 10001, tier("PERCENTAGE", "250"), 10001),
        ("JPY", 15001, tier("PERCENTAGE", "50"), 7501),
        ("JPY", 15001, tier("FIXED", "1000"), 1000),
        ("KWD", 32740, tier("PERCENTAGE", "50"), 16370),
        ("KWD", 32750, tier("PERCENTAGE", "50"), 16380),  # 16375: three digits, in steps of ten
        ("KWD", 32740, tier("FIXED", "2505"), 2510),
        ("ISK", 1234500, tier("PERCENTAGE", "50"), 617300),  # 617250: whole krónur
        ("ISK", 1234500, tier("FIXED", "99950"), 100000),
    ],
)
def test_fees_are_rounded_to_chargeable_amounts_of_the_currency(
    currency: str, total: int, policy: CancellationPolicy, fee: int
) -> None:
    price = priced(currency, total, first_night=total)
    booking = a_booking(policy=policy, price=price, card=a_card(currency=currency))

    cancelled = cancellation_fees.charges(booking, datetime(2030, 6, 10, tzinfo=UTC))
    absent = cancellation_fees.no_show_charges(booking)

    assert cancelled.fee == absent.fee == Money(fee, currency)
    assert cancelled.fee + cancelled.refund == Money(total, currency)


def test_the_first_night_is_never_more_than_a_discounted_stay() -> None:
    booking = a_booking(price=priced("EUR", 9000, first_night=13080), captured=eur(9000))

    assert cancellation_fees.charges(booking, datetime(2030, 6, 10, tzinfo=UTC)).fee == eur(9000)
    assert cancellation_fees.no_show_charges(booking).fee == eur(9000)


LATE = datetime(2030, 6, 10, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("booking", "fee", "refund", "balance_due"),
    [
        (awaiting_approval(), FIRST, 0, 0),  # captured of the authorisation, the rest released
        (awaiting_approval(policy=NON_REFUNDABLE), ALL, 0, 0),
        (a_booking(), FIRST, ALL - FIRST, 0),
        (a_booking(refunded=eur(20000)), FIRST, 1800, 0),
        (a_booking(refunded=eur(30000)), FIRST, 0, FIRST - 4880),  # of the card's money too little is here
        (a_booking(payment_status="NONE", captured=None), FIRST, 0, FIRST),
    ],
)
def test_the_fee_is_captured_refunded_or_owed_by_the_state_of_the_payment(
    booking: Booking, fee: int, refund: int, balance_due: int
) -> None:
    money = cancellation_fees.charges(booking, LATE)

    assert (money.fee, money.refund, money.balance_due) == (eur(fee), eur(refund), eur(balance_due))


@pytest.mark.parametrize("status", [BookingStatus.DRAFT, BookingStatus.PENDING_PAYMENT])
@pytest.mark.parametrize("payment_status", ["NONE", "SESSION_OPEN", "SESSION_EXPIRED", "FAILED", "VOIDED"])
@pytest.mark.parametrize("policy", [FLEXIBLE, MODERATE, NON_REFUNDABLE, CUSTOM])
def test_a_booking_without_a_payment_owes_no_fee(status: BookingStatus, payment_status: str, policy: Any) -> None:
    booking = a_booking(status=status, payment_status=payment_status, captured=None, policy=policy)

    assert cancellation_fees.charges(booking, LATE).fee.is_zero
