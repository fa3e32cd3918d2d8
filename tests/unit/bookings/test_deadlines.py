"""Deadlines of a booking."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.bookings.status import BookingStatus, ExpiryReason
from contracts.values import GUEST as GUEST_ACTOR
from contracts.values import HotelSettings
from services.bookings.domain import creation, deadlines
from tests.unit.bookings.builders import ANNA, CHECK_IN, NOW, a_booking, a_card, awaiting_approval, unpaid

CUTOFF = datetime(2030, 6, 10, 21, 0, tzinfo=UTC)  # 22:00 in Dublin


def test_staff_decide_until_the_hotels_cutoff_on_the_check_in_day() -> None:
    authorized_at = CUTOFF - timedelta(days=2)

    assert deadlines.approval_deadline(a_booking(), authorized_at=authorized_at, capture_before=None) == CUTOFF


def test_a_cutoff_can_lie_on_the_next_day() -> None:
    booking = a_booking(settings=HotelSettings(approval_cutoff_time="01:00", approval_cutoff_day_offset=1))
    authorized_at = CUTOFF - timedelta(days=2)

    deadline = deadlines.approval_deadline(booking, authorized_at=authorized_at, capture_before=None)

    assert deadline == datetime(2030, 6, 11, 0, 0, tzinfo=UTC)


def test_the_approval_cutoff_never_falls_before_the_sla() -> None:
    authorized_at = CUTOFF + timedelta(hours=1)

    deadline = deadlines.approval_deadline(a_booking(), authorized_at=authorized_at, capture_before=None)

    assert deadline == authorized_at + timedelta(minutes=30)


@pytest.mark.parametrize("capture_before", [None, NOW + timedelta(days=7)])
def test_an_earlier_end_of_the_authorisation_is_the_approval_deadline(capture_before: datetime | None) -> None:
    booking = a_booking(check_in=CHECK_IN + timedelta(days=90), check_out=CHECK_IN + timedelta(days=91))

    deadline = deadlines.approval_deadline(booking, authorized_at=NOW, capture_before=capture_before)

    assert deadline == NOW + timedelta(days=7) - timedelta(hours=12)


@pytest.mark.parametrize(("zone", "utc_hour"), [("Europe/Dublin", 21), ("America/Los_Angeles", 29), ("Asia/Tokyo", 13)])
def test_the_approval_cutoff_is_hotel_local(zone: str, utc_hour: int) -> None:
    booking = a_booking(card=a_card(timezone=zone))

    deadline = deadlines.approval_deadline(booking, authorized_at=CUTOFF - timedelta(days=2), capture_before=None)

    assert deadline == datetime(2030, 6, 10, tzinfo=UTC) + timedelta(hours=utc_hour)


@pytest.mark.parametrize(
    ("late", "severity"), [(0, None), (1, "LOW"), (30, "LOW"), (31, "MEDIUM"), (120, "MEDIUM"), (121, "HIGH")]
)
def test_the_severity_of_an_overstay_rises_at_each_threshold(late: int, severity: str | None) -> None:
    booking = a_booking(status=BookingStatus.IN_HOUSE)

    assert deadlines.overstay_severity(booking, booking.checkout_deadline_at + timedelta(minutes=late)) == severity


def test_a_guest_who_has_checked_out_does_not_overstay() -> None:
    assert deadlines.overstay_severity(a_booking(), datetime(2031, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("booking", "due", "reason"),
    [
        (
            unpaid(status=BookingStatus.DRAFT, expires_at=None),
            NOW + timedelta(days=7),
            ExpiryReason.DRAFT_ABANDONED,
        ),
        (unpaid(), NOW + timedelta(minutes=15), ExpiryReason.HOLD_RAN_OUT),
        (unpaid(payment_status="SESSION_OPEN"), NOW + timedelta(minutes=17), ExpiryReason.HOLD_RAN_OUT),
        (unpaid(payment_status="SESSION_EXPIRED"), NOW + timedelta(minutes=15), ExpiryReason.HOLD_RAN_OUT),
        (awaiting_approval(), NOW + timedelta(days=2), ExpiryReason.APPROVAL_TIMEOUT),
    ],
)
def test_a_booking_expires_at_its_deadline_and_not_before(booking, due, reason) -> None:  # type: ignore[no-untyped-def]
    assert deadlines.expires_at(booking) == due
    assert deadlines.expire(booking, now=due - timedelta(seconds=1)) == ()
    assert [event.reason for event in deadlines.expire(booking, now=due)] == [reason]


def test_an_approved_booking_does_not_expire() -> None:
    booking = awaiting_approval(decision_made_at=NOW)

    assert deadlines.due_at(booking) is None
    assert deadlines.expire(booking, now=NOW + timedelta(days=365)) == ()


def test_an_approval_cutoff_in_a_clock_gap_is_the_first_instant_after_it() -> None:
    booking = a_booking(
        settings=HotelSettings(approval_cutoff_time="01:30", approval_cutoff_day_offset=1),
        check_in=date(2030, 3, 30),
        check_out=date(2030, 4, 1),
    )

    deadline = deadlines.approval_deadline(
        booking, authorized_at=datetime(2030, 3, 29, tzinfo=UTC), capture_before=None
    )

    assert deadline == datetime(2030, 3, 31, 1, 0, tzinfo=UTC)


def test_a_hold_lasts_five_minutes_and_longer_once_a_payment_page_is_open() -> None:
    held = creation.hold(unpaid(), by=GUEST_ACTOR, now=NOW)
    booking = unpaid(expires_at=held.expires_at, pay_until=held.pay_until)

    assert (held.expires_at, held.pay_until) == (NOW + timedelta(minutes=5), NOW + timedelta(minutes=15))
    assert deadlines.pay_by(booking) == NOW + timedelta(minutes=15)


def test_a_hold_by_staff_has_the_whole_time_at_once() -> None:
    held = creation.hold(unpaid(), by=ANNA, now=NOW)

    assert held.expires_at == held.pay_until == NOW + timedelta(minutes=15)


def test_a_hold_never_outlasts_the_hotels_time_to_pay() -> None:
    held = creation.hold(unpaid(settings=HotelSettings(payment_hold_minutes=4)), by=GUEST_ACTOR, now=NOW)

    assert held.expires_at == held.pay_until == NOW + timedelta(minutes=4)


@pytest.mark.parametrize(
    "before", [datetime(2030, 3, 31, 0, 57, tzinfo=UTC), datetime(2030, 10, 27, 0, 57, tzinfo=UTC)]
)
def test_a_hold_lasts_as_long_over_a_change_of_the_clocks(before: datetime) -> None:
    held = creation.hold(unpaid(), by=GUEST_ACTOR, now=before)

    assert held.expires_at - before == timedelta(minutes=5)
    assert held.pay_until == before + timedelta(minutes=15)


def test_a_page_that_is_being_opened_at_the_deadline_has_a_few_seconds() -> None:
    booking = unpaid(expires_at=NOW + timedelta(minutes=5), pay_until=NOW + timedelta(minutes=15))

    assert deadlines.expires_at(booking) == NOW + timedelta(minutes=5, seconds=15)


def test_a_second_payment_page_prolongs_nothing() -> None:
    pay_until = NOW + timedelta(minutes=15)
    opened = unpaid(expires_at=pay_until, pay_until=pay_until, payment_status="SESSION_OPEN")
    failed = unpaid(expires_at=NOW + timedelta(hours=24))

    assert deadlines.pay_by(opened) == pay_until
    assert deadlines.pay_by(failed) == NOW + timedelta(hours=24)
