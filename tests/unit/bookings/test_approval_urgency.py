"""The urgency of an approval, and its alerts."""

from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest

from contracts.bookings.status import BookingStatus
from contracts.values import HotelSettings
from services.bookings.domain import approval_urgency, deadlines
from services.bookings.domain.booking import Booking
from tests.unit.bookings.builders import NOW, a_booking, awaiting_approval, unpaid


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def alerts(booking: Booking) -> list[tuple[float, str]]:
    """Minutes and urgency of each alert, with the timer run exactly at each due time."""
    said = []
    while (at := approval_urgency.next_at(booking)) is not None:
        fact = approval_urgency.due_alert(booking, at)
        assert fact is not None, "the clock was called for nothing"
        said.append((round((at - NOW) / timedelta(minutes=1), 3), fact.urgency.value))
        booking = replace(booking, approval_alerts=approval_urgency.reached(booking, at))
        assert approval_urgency.due_alert(booking, at) is None, "said twice"
    return said


@pytest.mark.parametrize(
    ("minutes", "risk"),
    [
        (0, "OK"),
        (19.9, "OK"),
        (20, "DUE_SOON"),
        (30, "DUE_SOON"),
        (30.1, "OVERDUE"),
        (90, "OVERDUE"),
        (90.1, "CRITICAL"),
    ],
)
def test_the_approval_risk_rises_with_the_waiting_time(minutes: float, risk: str) -> None:
    assert approval_urgency.approval_risk(awaiting_approval(), after(minutes)) == risk


@pytest.mark.parametrize("booking", [awaiting_approval(decision_made_at=NOW), a_booking(), unpaid()])
def test_a_booking_without_a_due_decision_has_no_approval_risk(booking: Booking) -> None:
    assert approval_urgency.approval_risk(booking, after(1000)) is None
    assert approval_urgency.due_alert(booking, after(1000)) is None
    assert approval_urgency.next_at(booking) is None


def test_staff_are_alerted_to_each_urgency_once_and_in_time() -> None:
    booking = awaiting_approval(approval_deadline_at=after(240))

    assert alerts(booking) == [(20, "DUE_SOON"), (30, "OVERDUE"), (90, "CRITICAL"), (230, "DEADLINE_NEAR")]


def test_another_sla_moves_the_first_three_alerts() -> None:
    booking = awaiting_approval(approval_deadline_at=after(240), settings=HotelSettings(approval_sla_minutes=60))

    assert alerts(booking) == [(50, "DUE_SOON"), (60, "OVERDUE"), (120, "CRITICAL"), (230, "DEADLINE_NEAR")]


def test_an_sla_that_ends_at_the_deadline_causes_one_alert() -> None:
    booking = awaiting_approval(approval_deadline_at=after(30))

    assert alerts(booking)[0] == (20, "DEADLINE_NEAR")
    assert deadlines.due_at(replace(booking, approval_alerts=("DUE_SOON", "DEADLINE_NEAR"))) == after(30)


def test_only_the_gravest_of_several_missed_alerts_is_published() -> None:
    booking = awaiting_approval(approval_deadline_at=after(240))

    fact = approval_urgency.due_alert(booking, after(100))

    assert fact is not None
    assert fact.urgency == "CRITICAL"
    assert approval_urgency.reached(booking, after(100)) == ("DUE_SOON", "OVERDUE", "CRITICAL")


def test_a_booking_is_due_at_its_earliest_deadline() -> None:
    waiting = awaiting_approval(approval_deadline_at=after(25))

    assert deadlines.due_at(waiting) == after(15)
    assert deadlines.due_at(replace(waiting, approval_alerts=("DEADLINE_NEAR",))) == after(20)
    assert deadlines.due_at(replace(waiting, approval_alerts=("DEADLINE_NEAR", "DUE_SOON"))) == after(25)
    assert deadlines.due_at(replace(waiting, status=BookingStatus.DECLINED)) is None


def test_an_alert_carries_no_personal_data_and_has_a_subject_of_its_own() -> None:
    booking = awaiting_approval()

    fact = approval_urgency.due_alert(booking, after(25))

    assert fact is not None
    assert fact.subject == f"approval/{booking.id}"
    assert {field.name for field in fields(fact)} == {
        "booking_id", "hotel", "urgency", "payment_authorized_at", "approval_deadline_at", "noticed_at",
    }  # fmt: skip
