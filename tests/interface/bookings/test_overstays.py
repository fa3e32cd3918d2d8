"""Overstays on a real database, with simultaneous workers."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings.overstays import AcknowledgeOverstay, GetOverstay
from contracts.bookings.queries import GetBooking, GetTimeline, ListBookings
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut
from services.bookings.handlers.overstays import flag_overstays
from services.bookings.handlers.timers import apply_due_deadline
from services.bookings.store.booking_rows import JOINED
from services.bookings.store.bookings import SqlBookings
from services.bookings.store.tables import BOOKING
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import ARRIVES, about
from tests.interface.bookings.test_races import at_once
from tests.unit.bookings.builders import HOTEL, OTHER_HOTEL, STRANGER

INSERT = (
    "INSERT INTO overstay (id, booking_id, hotel, status, severity, deadline_at, opened_at)"
    f" VALUES ('second', :id, '{HOTEL}', 'OPEN', 'LOW', now() - interval '1 hour', now())"
)


def staying(service: BookingsUnderTest, *, late: timedelta | None = None) -> str:
    """A guest in house, `late` past check-out time."""
    booking_id = service.booked_by_staff().booking_id
    service.at(ARRIVES)
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    service.ask(CheckIn(**about(booking_id)))
    if late is not None:
        service.at(service.stored(booking_id).checkout_deadline_at + late)
    return booking_id


def incidents(service: BookingsUnderTest, booking_id: str) -> Any:
    return service.rows("SELECT * FROM overstay WHERE booking_id = :id ORDER BY opened_at", id=booking_id)


def flags(service: BookingsUnderTest, booking_id: str) -> int:
    return service.events(booking_id).count("OverstayFlagged")


def test_an_overstay_is_flagged_at_the_deadline_and_rises_in_severity(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(0))
    assert not service.tick(flag_overstays)  # to the second in time

    severities = []
    for minutes in (1, 29, 2, 88, 2, 600):
        service.pass_time(minutes=minutes)
        while service.tick(flag_overstays):
            pass
        severities.append((flags(service, booking_id), incidents(service, booking_id)[-1].severity))

    assert severities == [(1, "LOW"), (1, "LOW"), (2, "MEDIUM"), (2, "MEDIUM"), (3, "HIGH"), (3, "HIGH")]
    assert len(incidents(service, booking_id)) == 1
    assert service.stored(booking_id).due_at is None


def test_an_overstay_of_three_hours_is_flagged_high_at_once(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(hours=3))

    assert service.tick(flag_overstays)

    assert (flags(service, booking_id), incidents(service, booking_id)[0].severity) == (1, "HIGH")
    assert not service.tick(flag_overstays)


def test_one_of_many_workers_flags_an_overstay(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(minutes=5))

    flagged = at_once(*[lambda: service.tick(flag_overstays)] * 4)

    assert flagged.count(True) == 1
    assert (flags(service, booking_id), len(incidents(service, booking_id))) == (1, 1)


def test_two_workers_share_the_work_and_none_waits_for_the_other(service: BookingsUnderTest) -> None:
    first, second = staying(service), staying(service)
    service.at(service.stored(first).checkout_deadline_at + timedelta(minutes=5))

    with service.unit_of_work.begin() as one, service.unit_of_work.begin() as other:
        taken = {one.bookings.lock_overstaying(one.now).id, other.bookings.lock_overstaying(other.now).id}

    assert taken == {first, second}


def test_a_booking_with_a_pending_action_is_not_flagged(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(minutes=5))
    service.rows("UPDATE booking SET pending = '{}' WHERE id = :id", id=booking_id)

    assert not service.tick(flag_overstays)

    assert flags(service, booking_id) == 0


def test_the_deadline_timer_skips_guests_in_house(service: BookingsUnderTest) -> None:
    staying(service, late=timedelta(days=2))

    assert not service.tick(apply_due_deadline)


def test_a_booking_has_one_undecided_incident_at_most(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(minutes=5))
    service.tick(flag_overstays)

    with pytest.raises(sa.exc.IntegrityError, match="overstay_one_undecided_per_booking"):
        service.rows(INSERT, id=booking_id)

    service.ask(AcknowledgeOverstay(**about(booking_id, dismiss=True)))
    service.rows(INSERT, id=booking_id)  # what is closed stands in nobody's way


def test_without_the_index_and_the_lock_two_workers_would_open_two(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = staying(service, late=timedelta(minutes=5))
    careless(monkeypatch)
    service.rows("DROP INDEX overstay_one_undecided_per_booking")
    for table, constraint in (("outbox", "outbox_one_event_per_number"), ("audit", "audit_one_row_per_change")):
        service.rows(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    try:
        at_once(*[lambda: service.tick(flag_overstays)] * 2)

        assert len(incidents(service, booking_id)) == 2
    finally:
        service.rows("TRUNCATE outbox, audit, overstay")
        service.rows("ALTER TABLE outbox ADD CONSTRAINT outbox_one_event_per_number UNIQUE (subject, sequence)")
        service.rows("ALTER TABLE audit ADD CONSTRAINT audit_one_row_per_change UNIQUE (subject, sequence, hotel)")
        service.rows(
            "CREATE UNIQUE INDEX overstay_one_undecided_per_booking ON overstay (hotel, booking_id)"
            " WHERE status IN ('OPEN', 'ACKNOWLEDGED')"
        )


def test_staff_acknowledge_with_a_note_that_stays_with_the_hotel(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(minutes=40))
    service.tick(flag_overstays)

    for _ in range(2):
        service.ask(AcknowledgeOverstay(**about(booking_id, note="Flight is late.")))

    (incident,) = incidents(service, booking_id)
    assert (incident.status, incident.acknowledged_by, incident.note) == (
        "ACKNOWLEDGED",
        {"kind": "staff", "id": "7"},
        "Flight is late.",
    )
    assert service.events(booking_id).count("OverstayAcknowledged") == 1
    assert [item.why for item in service.ask(GetTimeline(**about(booking_id))).items if item.why] == ["Flight is late."]
    assert not service.rows("SELECT * FROM outbox WHERE data::text LIKE '%Flight%'")


def test_an_overstay_is_acknowledged_before_the_timer_flags_it(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(minutes=1))

    service.ask(AcknowledgeOverstay(**about(booking_id)))

    assert service.events(booking_id)[-2:] == ["OverstayFlagged", "OverstayAcknowledged"]


def test_check_out_resolves_an_overstay_in_the_same_transaction(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(minutes=40))
    service.tick(flag_overstays)

    service.ask(CheckOut(**about(booking_id)))

    assert service.events(booking_id)[-3:] == ["OverstayFlagged", "OverstayResolved", "GuestCheckedOut"]
    assert [(incident.status, incident.resolution) for incident in incidents(service, booking_id)] == [
        ("RESOLVED", "CHECKED_OUT")
    ]
    assert not service.tick(flag_overstays)


def test_rows_details_bucket_and_state_show_an_overstay(service: BookingsUnderTest) -> None:
    booking_id, other = (
        staying(service),
        service.booked_by_staff(
            check_in=ARRIVES.date() + timedelta(days=20), check_out=ARRIVES.date() + timedelta(days=22)
        ),
    )
    service.at(service.stored(booking_id).checkout_deadline_at + timedelta(minutes=61))
    service.tick(flag_overstays)

    listed = service.ask(ListBookings(hotel=HOTEL, bucket="overdue_checkout", include_counts=True))
    detail = service.ask(GetBooking(**about(booking_id)))
    state = service.ask(GetOverstay(**about(booking_id)))

    assert [(row.booking_id, row.is_overstay, row.overstay_severity) for row in listed.results] == [
        (booking_id, True, "MEDIUM")
    ]
    assert listed.counts["overdue_checkout"] == 1
    assert (detail.is_overstay, detail.overstay_severity) == (True, "MEDIUM")
    assert (state.is_overstay, state.severity, state.minutes_over, state.incident.status) == (
        True,
        "MEDIUM",
        61,
        "OPEN",
    )
    assert service.ask(GetOverstay(**about(other.booking_id))).incident is None


def test_only_the_hotels_own_staff_see_an_overstay(service: BookingsUnderTest) -> None:
    created = service.book()
    query = GetOverstay(**about(created.booking.booking_id))

    for caller, code in ((guest_of(created), "PERMISSION_DENIED"), (STRANGER, "BOOKING_NOT_FOUND")):
        with pytest.raises(Refusal) as caught:
            service.ask(query, caller)
        assert caught.value.code == code
    assert OTHER_HOTEL != HOTEL


def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """The detector reads without a lock and writes without comparing versions."""
    both_have_read = threading.Barrier(2)

    def read(self: SqlBookings, now: Any) -> Any:
        booking = self._one(JOINED.where(BOOKING.c.due_at < now))
        both_have_read.wait(10)
        return booking

    def overwrite(self: SqlBookings, read: Any, **changes: Any) -> None:
        self._connection.execute(BOOKING.update().where(BOOKING.c.id == read.id).values(**changes))

    monkeypatch.setattr(SqlBookings, "lock_overstaying", read)
    monkeypatch.setattr(SqlBookings, "_update", overwrite)
