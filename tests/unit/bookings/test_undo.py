"""Undo: when a step can be taken back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.overstays import Incident, IncidentStatus, OverstayDismissed, OverstaySeverity
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import BookingNoShow, GuestCheckedIn
from contracts.bookings.undo import CheckInUndone
from contracts.rooms.events import RoomStatus
from contracts.rooms.undo import UndoStep
from services.bookings.domain import deadlines, evolution, overstays, undo
from services.bookings.domain.booking import Booking
from tests.unit.bookings.builders import ANNA, NOW, a_booking, eur

ARRIVED = datetime(2030, 6, 10, 14, 0, tzinfo=UTC)
NOON_AFTER_CHECK_OUT = datetime(2030, 6, 14, 11, 0, tzinfo=UTC)


def in_house(**overrides: Any) -> Booking:
    usual = {
        "status": BookingStatus.IN_HOUSE,
        "assigned_room_number": "101",
        "checked_in_at": ARRIVED,
        "checked_in_by": ANNA,
    }
    return a_booking(**usual | overrides)


def check_in_undone(booking: Booking, *, late: bool = False) -> CheckInUndone:
    return CheckInUndone(
        **booking.about,
        status=BookingStatus.CONFIRMED,
        room_number="101",
        room_status=RoomStatus.READY_FOR_GUEST,
        late_arrival_expected=late,
        undone_at=NOW,
        undone_by=ANNA,
    )


def reason(booking: Booking, step: UndoStep, now: datetime) -> str:
    with pytest.raises(Refusal) as caught:
        undo.may_undo(booking, step, now=now)
    assert caught.value.code == "CANNOT_UNDO"
    return str(caught.value.details["reason"])


@pytest.mark.parametrize(
    ("step", "status", "done_at"),
    [
        (UndoStep.CHECK_IN, BookingStatus.IN_HOUSE, "checked_in_at"),
        (UndoStep.CHECK_OUT, BookingStatus.COMPLETED, "checked_out_at"),
        (UndoStep.NO_SHOW, BookingStatus.NO_SHOW, "ended_at"),
    ],
)
def test_a_step_is_undone_until_twelve_hours_after_it(step: UndoStep, status: BookingStatus, done_at: str) -> None:
    booking, last = in_house(status=status, **{done_at: ARRIVED}), ARRIVED + timedelta(hours=12)

    assert undo.may_undo(booking, step, now=last)
    assert undo.undo_until(booking, step) == last
    assert reason(booking, step, last + timedelta(microseconds=1)) == "TOO_LATE"


@pytest.mark.parametrize("status", [status for status in BookingStatus if status is not BookingStatus.IN_HOUSE])
def test_a_check_in_is_undone_in_house_only(status: BookingStatus) -> None:
    booking = in_house(status=status)

    assert reason(booking, UndoStep.CHECK_IN, ARRIVED) == "NEVER_HAPPENED"
    assert undo.undo_until(booking, UndoStep.CHECK_IN) is None


def test_an_undone_check_in_is_a_repetition_until_the_next_step() -> None:
    booking = in_house()
    undone = evolution.evolve(booking, check_in_undone(booking), at=NOW)

    assert (undone.status, undone.checked_in_at, undone.checked_in_by) == (BookingStatus.CONFIRMED, None, None)
    assert undone.assigned_room_number == "101"
    assert not undo.may_undo(undone, UndoStep.CHECK_IN, now=NOW)
    assert reason(replace(undone, undone=None), UndoStep.CHECK_IN, NOW) == "NEVER_HAPPENED"
    assert reason(replace(undone, status=BookingStatus.CANCELLED), UndoStep.CHECK_IN, NOW) == "NEVER_HAPPENED"


@pytest.mark.parametrize(
    ("now", "late", "after"),
    [
        (ARRIVED, False, False),
        (ARRIVED, True, True),
        (datetime(2030, 6, 11, 10, 59, tzinfo=UTC), False, False),
        (datetime(2030, 6, 11, 11, 0, tzinfo=UTC), False, True),  # noon in Dublin: it would be a no-show at once
        (NOON_AFTER_CHECK_OUT - timedelta(seconds=1), False, True),
        (NOON_AFTER_CHECK_OUT, False, None),
    ],
)
def test_a_booking_is_no_no_show_at_once_after_an_undone_check_in(
    now: datetime, late: bool, after: bool | None
) -> None:
    booking = in_house(late_arrival_expected=late, checked_in_at=now)

    assert undo.late_arrival_after_check_in(booking, now=now) is after
    if after is None:
        assert reason(booking, UndoStep.CHECK_IN, now) == "STAY_OVER"
        return
    confirmed = replace(booking, status=BookingStatus.CONFIRMED, late_arrival_expected=after)
    no_show_at = deadlines.no_show_at(confirmed)
    assert no_show_at is not None
    assert now < no_show_at


def test_a_live_incident_is_dismissed_by_an_undone_check_in() -> None:
    incident = Incident(
        id="i-1",
        status=IncidentStatus.ACKNOWLEDGED,
        severity=OverstaySeverity.HIGH,
        deadline_at=NOW,
        opened_at=NOW,
    )
    booking = in_house(overstay=incident)

    [event] = overstays.ended_by(booking, (check_in_undone(booking),), now=NOW)

    assert isinstance(event, OverstayDismissed)
    assert (event.incident_status, event.dismissed_by) == (IncidentStatus.DISMISSED, ANNA)
    assert overstays.ended_by(in_house(), (check_in_undone(booking),), now=NOW) == ()


def test_a_second_end_adds_its_refund_to_what_was_refunded() -> None:
    """The first no-show returned 200.00 and was undone."""
    booking = a_booking(refunded=eur(20000), refund_amount=eur(20000), refund_status="SUCCEEDED")

    for refund, status in ((eur(5000), "PENDING"), (eur(0), "SUCCEEDED")):
        event = BookingNoShow(
            **booking.about, status=BookingStatus.NO_SHOW, marked_at=NOW, marked_by=ANNA, fee=eur(9880), refund=refund
        )
        after = evolution.evolve(booking, event, at=NOW)
        assert (after.refund_amount, after.refund_status) == (eur(20000) + refund, status)


def test_a_guest_who_checks_in_after_an_undone_check_in_can_overstay() -> None:
    incident = Incident(
        id="i", status=IncidentStatus.DISMISSED, severity=OverstaySeverity.LOW, deadline_at=NOW, opened_at=NOW
    )
    booking = a_booking(overstay=incident, checkout_deadline_at=NOW, assigned_room_number="101")
    event = GuestCheckedIn(
        **booking.about, status=BookingStatus.IN_HOUSE, room_number="101", checked_in_at=NOW, checked_in_by=ANNA
    )

    assert deadlines.overstay_due_at(evolution.evolve(booking, event, at=NOW)) == NOW
    assert deadlines.overstay_due_at(booking) is None
