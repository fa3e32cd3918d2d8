"""No-shows: the deadline and the fee."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import MarkNoShow
from contracts.values import SYSTEM, CancellationPolicy, Money, PolicyTier
from services.bookings.domain import cancellation_fees, deadlines, no_shows
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import ENDED
from tests.unit.bookings.builders import ANNA, CLERK, HOTEL, STAFF, a_booking, a_card, awaiting_approval, eur, unpaid

NOON = datetime(2030, 6, 11, 11, 0, tzinfo=UTC)  # 12:00 in Dublin on the day after check-in
INSTANT = timedelta(microseconds=1)


def marking(**overrides: Any) -> MarkNoShow:
    return MarkNoShow(hotel=HOTEL, booking_id="BK-2030-ABCDEF", **overrides)


def answer(booking: Booking, at: datetime = NOON, *, caller=CLERK, **fields: Any) -> Any:  # type: ignore[no-untyped-def]
    try:
        return no_shows.mark(booking, marking(**fields), caller=caller, now=at)
    except Refusal as refusal:
        return refusal.code


@pytest.mark.parametrize(
    ("zone", "check_in", "noon"),
    [
        # By hand: noon of the next day in UTC. Dublin and Los Angeles change their clocks in the night between.
        ("Europe/Dublin", date(2030, 3, 29), datetime(2030, 3, 30, 12, tzinfo=UTC)),
        ("Europe/Dublin", date(2030, 3, 30), datetime(2030, 3, 31, 11, tzinfo=UTC)),
        ("Europe/Dublin", date(2030, 10, 25), datetime(2030, 10, 26, 11, tzinfo=UTC)),
        ("Europe/Dublin", date(2030, 10, 26), datetime(2030, 10, 27, 12, tzinfo=UTC)),
        ("America/Los_Angeles", date(2030, 3, 8), datetime(2030, 3, 9, 20, tzinfo=UTC)),
        ("America/Los_Angeles", date(2030, 3, 9), datetime(2030, 3, 10, 19, tzinfo=UTC)),
        ("America/Los_Angeles", date(2030, 11, 1), datetime(2030, 11, 2, 19, tzinfo=UTC)),
        ("America/Los_Angeles", date(2030, 11, 2), datetime(2030, 11, 3, 20, tzinfo=UTC)),
        ("Asia/Tokyo", date(2030, 3, 30), datetime(2030, 3, 31, 3, tzinfo=UTC)),
        ("Asia/Tokyo", date(2030, 10, 26), datetime(2030, 10, 27, 3, tzinfo=UTC)),
    ],
)
def test_a_booking_is_a_no_show_from_hotel_local_noon_of_the_day_after_check_in(
    zone: str, check_in: date, noon: datetime
) -> None:
    booking = a_booking(card=a_card(timezone=zone), check_in=check_in, check_out=check_in + timedelta(days=3))

    assert deadlines.due_at(booking) == noon
    assert answer(booking, noon - INSTANT) == "NO_SHOW_TOO_EARLY"
    assert no_shows.mark_overdue(booking, now=noon - INSTANT) == ()
    assert [fact.marked_by for fact in answer(booking, noon)] == [ANNA]
    assert [fact.marked_by for fact in no_shows.mark_overdue(booking, now=noon)] == [SYSTEM]


def test_a_guest_with_an_expected_late_arrival_is_no_no_show_before_the_stay_is_over() -> None:
    booking = a_booking(late_arrival_expected=True)
    over = datetime(2030, 6, 14, 11, 0, tzinfo=UTC)  # noon in Dublin on the day after check-out

    assert deadlines.due_at(booking) == over
    assert answer(booking, over - INSTANT) == "NO_SHOW_TOO_EARLY"
    assert no_shows.mark_overdue(booking, now=over - INSTANT) == ()
    assert len(no_shows.mark_overdue(booking, now=over)) == 1


@pytest.mark.parametrize(
    ("booking", "code"),
    [
        (unpaid(), "ILLEGAL_TRANSITION"),
        (unpaid(status=BookingStatus.DRAFT, expires_at=None), "ILLEGAL_TRANSITION"),
        (awaiting_approval(), "ILLEGAL_TRANSITION"),
        (a_booking(status=BookingStatus.IN_HOUSE), "ILLEGAL_TRANSITION"),
        *((a_booking(status=status), "BOOKING_ENDED") for status in ENDED if status is not BookingStatus.NO_SHOW),
    ],
)
def test_only_a_confirmed_booking_can_be_marked_as_a_no_show(booking: Booking, code: str) -> None:
    assert answer(booking) == code
    assert no_shows.mark_overdue(booking, now=NOON) == ()


def test_a_no_show_marked_again_has_no_second_event() -> None:
    assert answer(a_booking(status=BookingStatus.NO_SHOW)) == ()


TIERS = (
    PolicyTier(hours_before=0, kind="PERCENTAGE", value=Decimal(80)),
    PolicyTier(hours_before=24, kind="PERCENTAGE", value=Decimal(20)),
    PolicyTier(hours_before=48, kind="FIXED", value=Decimal(4000)),
)


@pytest.mark.parametrize(
    ("policy", "fee"),
    [
        (CancellationPolicy(kind="FLEXIBLE"), 13080),
        (CancellationPolicy(kind="MODERATE"), 13080),
        (CancellationPolicy(kind="CUSTOM"), 13080),
        (CancellationPolicy(kind="NON_REFUNDABLE"), 34880),
        (CancellationPolicy(kind="NON_REFUNDABLE", no_show="FIRST_NIGHT"), 13080),
        (CancellationPolicy(kind="FLEXIBLE", no_show="FULL_STAY"), 34880),
        (CancellationPolicy(kind="FLEXIBLE", no_show="NONE"), 0),
        (CancellationPolicy(kind="MODERATE", no_show="PERCENTAGE", percent=Decimal(25)), 8720),
        (CancellationPolicy(kind="CUSTOM", no_show="PERCENTAGE", tiers=TIERS), 27904),
        (CancellationPolicy(kind="CUSTOM", no_show="FIXED", tiers=TIERS), 4000),
    ],
)
def test_a_no_show_costs_the_fee_of_the_policy(policy: CancellationPolicy, fee: int) -> None:
    (by_card,) = no_shows.mark_overdue(a_booking(policy=policy), now=NOON)
    at_the_desk = cancellation_fees.no_show_charges(a_booking(policy=policy, payment_status="NONE", captured=None))

    assert (by_card.fee, by_card.refund) == (eur(fee), eur(34880 - fee))
    assert (at_the_desk.fee, at_the_desk.refund, at_the_desk.balance_due) == (eur(fee), eur(0), eur(fee))


def test_a_no_show_fee_is_waived_with_the_permission_and_a_reason_only() -> None:
    assert answer(a_booking(), caller=CLERK, waive_fee=True, reason="flood") == "PERMISSION_DENIED"
    assert answer(a_booking(), caller=STAFF, waive_fee=True) == "NOTE_REQUIRED"

    (fact,) = answer(a_booking(), caller=STAFF, waive_fee=True, reason="flood")
    assert (fact.fee, fact.refund) == (Money(0, "EUR"), eur(34880))
