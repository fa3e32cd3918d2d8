"""The approval deadline: the hotel's cutoff, its SLA and the end of the authorisation."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.refusal import Refusal
from contracts.payments.events import PaymentAuthorized
from contracts.values import HotelSettings
from services.bookings.domain import approval, deadlines, payment_events
from tests.unit.bookings.builders import ANNA, HOTEL, a_booking, a_card, awaiting_approval, eur, unpaid

DUBLIN, TOKYO, LOS_ANGELES = "Europe/Dublin", "Asia/Tokyo", "America/Los_Angeles"


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2030, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "check_in", "wall", "offset", "cutoff"),
    [
        (DUBLIN, date(2030, 6, 10), "22:00", 0, utc(6, 10, 21)),
        (DUBLIN, date(2030, 6, 10), "22:00", 1, utc(6, 11, 21)),
        (DUBLIN, date(2030, 3, 30), "22:00", 0, utc(3, 30, 22)),
        (DUBLIN, date(2030, 3, 30), "22:00", 1, utc(3, 31, 21)),  # summer time by then
        (DUBLIN, date(2030, 3, 30), "01:30", 1, utc(3, 31, 1)),  # not on the wall: the first instant after
        (DUBLIN, date(2030, 10, 26), "01:30", 1, utc(10, 27, 1, 30)),  # twice on the wall: the later
        (DUBLIN, date(2030, 10, 26), "22:00", 1, utc(10, 27, 22)),
        (LOS_ANGELES, date(2030, 3, 9), "22:00", 0, utc(3, 10, 6)),
        (LOS_ANGELES, date(2030, 3, 9), "22:00", 1, utc(3, 11, 5)),
        (LOS_ANGELES, date(2030, 3, 9), "02:15", 1, utc(3, 10, 10)),
        (LOS_ANGELES, date(2030, 11, 2), "01:15", 1, utc(11, 3, 9, 15)),
        (LOS_ANGELES, date(2030, 11, 2), "22:00", 1, utc(11, 4, 6)),
        (TOKYO, date(2030, 3, 30), "22:00", 0, utc(3, 30, 13)),
        (TOKYO, date(2030, 3, 30), "22:00", 1, utc(3, 31, 13)),
    ],
)
def test_the_approval_cutoff_is_a_hotel_local_wall_time(
    zone: str, check_in: date, wall: str, *, offset: int, cutoff: datetime
) -> None:
    settings = HotelSettings(approval_cutoff_time=wall, approval_cutoff_day_offset=offset)
    booking = a_booking(
        card=a_card(timezone=zone), settings=settings, check_in=check_in, check_out=check_in + timedelta(days=2)
    )

    def deadline(authorized_at: datetime, capture_before: datetime | None = None) -> datetime:
        return deadlines.approval_deadline(booking, authorized_at=authorized_at, capture_before=capture_before)

    assert deadline(cutoff - timedelta(days=2)) == cutoff
    assert deadline(cutoff - timedelta(minutes=30)) == cutoff
    assert deadline(cutoff - timedelta(minutes=29)) == cutoff + timedelta(minutes=1)  # the promise
    assert deadline(cutoff + timedelta(hours=3)) == cutoff + timedelta(hours=3, minutes=30)
    assert deadline(cutoff - timedelta(days=2), cutoff + timedelta(hours=11)) == cutoff - timedelta(hours=1)  # the card
    assert deadline(cutoff - timedelta(days=2), cutoff + timedelta(hours=12)) == cutoff
    assert deadline(cutoff - timedelta(days=20)) == cutoff - timedelta(days=13, hours=12)  # an unknown card: a week


def test_the_end_of_the_authorisation_limits_the_sla() -> None:
    authorized_at = utc(6, 10, 20, 45)

    deadline = deadlines.approval_deadline(
        a_booking(), authorized_at=authorized_at, capture_before=authorized_at + timedelta(hours=12, minutes=10)
    )

    assert deadline == authorized_at + timedelta(minutes=10)


def test_a_longer_sla_is_a_later_earliest_deadline() -> None:
    booking = a_booking(settings=HotelSettings(approval_sla_minutes=120))

    deadline = deadlines.approval_deadline(booking, authorized_at=utc(6, 10, 20), capture_before=None)

    assert deadline == utc(6, 10, 22)


def test_the_providers_capture_deadline_becomes_the_approval_deadline() -> None:
    authorized_at = utc(6, 1, 10)
    fact = PaymentAuthorized(
        booking_id="BK-2030-ABCDEF",
        hotel=HOTEL,
        payment_id="pay-1",
        payment_intent_id="pi_1",
        amount=eur(34880),
        authorized_at=authorized_at,
        capture_before=authorized_at + timedelta(days=2),
    )

    (waits,) = payment_events.authorized(unpaid(), fact, now=authorized_at)

    assert waits.approval_deadline_at == authorized_at + timedelta(days=1, hours=12)  # type: ignore[attr-defined]


def test_a_booking_at_its_approval_deadline_expires_and_is_not_approved() -> None:
    booking = awaiting_approval()
    deadline = booking.approval_deadline_at
    assert deadline is not None

    assert len(approval.approve(booking, by=ANNA, now=deadline - timedelta(microseconds=1))) == 1
    assert deadlines.expire(booking, now=deadline - timedelta(microseconds=1)) == ()
    with pytest.raises(Refusal, match="ILLEGAL_TRANSITION"):
        approval.approve(booking, by=ANNA, now=deadline)
    assert len(deadlines.expire(booking, now=deadline)) == 1
