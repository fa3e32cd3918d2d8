"""Overstays: severity, acknowledgement, dismissal and resolution."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.overstays import (
    AcknowledgeOverstay,
    Incident,
    IncidentStatus,
    OverstayAcknowledged,
    OverstayDismissed,
    OverstayFlagged,
    OverstayResolved,
    OverstaySeverity,
)
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import GuestCheckedOut
from contracts.values import HotelSettings
from services.bookings.domain import deadlines, evolution, overstays, views
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import OVERSTAYS, UNDECIDED
from tests.unit.bookings.builders import ANNA, HOTEL, a_booking

DEADLINE = datetime(2030, 6, 13, 10, 0, tzinfo=UTC)  # 11:00 in Dublin
LOW, MEDIUM, HIGH = OverstaySeverity
OPEN, ACKNOWLEDGED, RESOLVED, DISMISSED = IncidentStatus
ABOUT = {"hotel": HOTEL, "booking_id": "BK-2030-ABCDEF"}


def late(minutes: float) -> datetime:
    return DEADLINE + timedelta(minutes=minutes)


def in_house(**overrides: Any) -> Booking:
    return a_booking(**{"status": BookingStatus.IN_HOUSE, "assigned_room_number": "101", **overrides})


def an_incident(**overrides: Any) -> Incident:
    usual: dict[str, Any] = {
        "id": "i-1",
        "status": OPEN,
        "severity": LOW,
        "deadline_at": DEADLINE,
        "opened_at": late(1),
    }
    return Incident(**usual | overrides)


def flagged(booking: Booking, now: datetime) -> Any:
    return overstays.flag(booking, incident_id="i-9", now=now)


@pytest.mark.parametrize(
    ("minutes", "severity"),
    [(0, None), (0.01, LOW), (30, LOW), (30.01, MEDIUM), (120, MEDIUM), (120.01, HIGH), (3000, HIGH)],
)
def test_the_severity_of_an_overstay_rises_with_time(minutes: float, severity: OverstaySeverity | None) -> None:
    events = flagged(in_house(), late(minutes))

    assert [event.severity for event in events] == ([severity] if severity else [])
    assert views.row(in_house(), now=late(minutes)).is_overstay == (severity is not None)
    assert views.row(in_house(), now=late(minutes)).overstay_severity == severity


@pytest.mark.parametrize("grace", [0, 120, 600])
def test_a_hotels_grace_never_outlasts_the_two_hours(grace: int) -> None:
    booking = in_house(settings=HotelSettings(late_checkout_grace_minutes=grace))

    assert deadlines.overstay_severity(booking, late(121)) is HIGH
    assert deadlines.overstay_severity(booking, late(1)) is (LOW if grace else MEDIUM)


@pytest.mark.parametrize("status", [status for status in BookingStatus if status is not BookingStatus.IN_HOUSE])
def test_only_a_guest_in_house_overstays(status: BookingStatus) -> None:
    assert flagged(in_house(status=status), late(300)) == ()


def test_the_check_out_deadline_is_a_wall_time_when_the_clocks_change() -> None:
    summer = in_house(check_in=date(2030, 3, 29), check_out=date(2030, 3, 31))
    winter = in_house(check_in=date(2030, 10, 26), check_out=date(2030, 10, 27))

    assert deadlines.overstay_severity(summer, datetime(2030, 3, 31, 10, 1, tzinfo=UTC)) is LOW
    assert deadlines.overstay_severity(summer, datetime(2030, 3, 31, 10, 0, tzinfo=UTC)) is None
    assert deadlines.overstay_severity(winter, datetime(2030, 10, 27, 11, 1, tzinfo=UTC)) is LOW
    assert deadlines.overstay_severity(winter, datetime(2030, 10, 27, 11, 0, tzinfo=UTC)) is None


def test_an_overstay_is_flagged_once_per_severity() -> None:
    booking = in_house(overstay=an_incident())

    assert flagged(booking, late(20)) == ()
    (risen,) = flagged(booking, late(31))
    assert (risen.incident_id, risen.previous_severity, risen.severity) == ("i-1", LOW, MEDIUM)
    assert flagged(in_house(overstay=an_incident(severity=MEDIUM)), late(119)) == ()
    assert flagged(in_house(overstay=an_incident(severity=HIGH)), late(5000)) == ()


def test_a_rise_leaves_an_acknowledged_incident_acknowledged() -> None:
    booking = in_house(overstay=an_incident(status=ACKNOWLEDGED, acknowledged_at=late(2), acknowledged_by=ANNA))
    (risen,) = flagged(booking, late(200))

    after = evolution.evolve(booking, with_status(risen), at=late(200))

    assert after.overstay
    assert (after.overstay.status, after.overstay.severity) == (ACKNOWLEDGED, HIGH)
    assert deadlines.due_at(after) is None


def test_a_dismissed_overstay_is_flagged_again_only_past_another_deadline() -> None:
    dismissed = an_incident(status=DISMISSED, closed_at=late(5), closed_by=ANNA)
    another = in_house(overstay=dismissed, checkout_deadline_at=late(24 * 60))

    assert deadlines.due_at(in_house(overstay=dismissed)) is None
    assert flagged(in_house(overstay=dismissed), late(300)) == ()
    assert [event.incident_id for event in flagged(another, late(24 * 60 + 1))] == ["i-9"]


@pytest.mark.parametrize(
    ("status", "dismiss", "fact"),
    [
        (OPEN, False, OverstayAcknowledged),
        (OPEN, True, OverstayDismissed),
        (ACKNOWLEDGED, True, OverstayDismissed),
        (ACKNOWLEDGED, False, None),
        (DISMISSED, True, None),
    ],
)
def test_an_overstay_acknowledged_or_dismissed_twice_has_one_event(
    status: IncidentStatus, dismiss: bool, fact: type[Any] | None
) -> None:
    facts = said(in_house(overstay=an_incident(status=status)), dismiss=dismiss)

    assert [type(event) for event in facts] == ([fact] if fact else [])


@pytest.mark.parametrize(
    ("incident", "dismiss", "code"),
    [
        (None, False, "NO_OVERSTAY"),
        (an_incident(status=DISMISSED), False, "ILLEGAL_TRANSITION"),
        (an_incident(status=RESOLVED), False, "ILLEGAL_TRANSITION"),
        (an_incident(status=RESOLVED), True, "ILLEGAL_TRANSITION"),
    ],
)
def test_a_closed_incident_cannot_be_acknowledged(incident: Incident | None, dismiss: bool, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        said(in_house(overstay=incident), dismiss=dismiss)

    assert caught.value.code == code


@pytest.mark.parametrize("status", [OPEN, ACKNOWLEDGED])
def test_a_check_out_resolves_the_overstay(status: IncidentStatus) -> None:
    booking = in_house(overstay=an_incident(status=status))

    (over,) = overstays.ended_by(booking, (leaves(),), now=late(50))

    assert (over.incident_status, over.resolution) == (RESOLVED, "CHECKED_OUT")


def test_a_check_out_without_an_overstay_resolves_nothing() -> None:
    closed = an_incident(status=DISMISSED, closed_at=late(5), closed_by=ANNA)

    assert overstays.ended_by(in_house(), (leaves(),), now=late(50)) == ()
    assert overstays.ended_by(in_house(overstay=closed), (leaves(),), now=late(50)) == ()
    assert overstays.ended_by(in_house(overstay=an_incident()), (), now=late(50)) == ()


def test_a_closed_incident_has_no_transition() -> None:
    assert {status for status, _, _ in OVERSTAYS if status} == UNDECIDED
    assert {becomes for _, event, becomes in OVERSTAYS if event is OverstayResolved} == {RESOLVED}
    assert (None, OverstayFlagged, OPEN) in set(OVERSTAYS)


def said(booking: Booking, *, dismiss: bool) -> Any:
    command = AcknowledgeOverstay(**ABOUT, dismiss=dismiss)
    return overstays.acknowledge(booking, command, by=ANNA, now=late(5))


def leaves() -> GuestCheckedOut:
    return GuestCheckedOut(
        **ABOUT, room_number="101", checked_out_at=late(50), checked_out_by=ANNA, check_out=date(2030, 6, 13)
    )


def with_status(event: Any) -> Any:
    return replace(event, status=BookingStatus.IN_HOUSE)
