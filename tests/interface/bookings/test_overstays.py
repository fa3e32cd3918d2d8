"""Overstays on a real database: flagged once, by whichever worker comes first, and never two at a time."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings import (
    AcknowledgeOverstay,
    AssignRoom,
    CheckIn,
    CheckOut,
    GetBooking,
    GetOverstay,
    GetTimeline,
    ListBookings,
)
from services.bookings.handlers.clock import look_at_due
from services.bookings.handlers.overstays import flag_overstays
from services.bookings.store.bookings import JOINED, Bookings
from services.bookings.store.tables import BOOKING
from tests.interface.bookings.counter import Counter, guest_of
from tests.interface.bookings.test_races import at_once
from tests.interface.bookings.test_whole_life import ARRIVES, about
from tests.unit.bookings.builders import HOTEL, OTHER_HOTEL, STRANGER

INSERT = (
    "INSERT INTO overstay (id, booking_id, hotel, status, severity, deadline_at, opened_at)"
    " VALUES ('second', :id, 'h', 'OPEN', 'LOW', now() - interval '1 hour', now())"
)


def staying(counter: Counter, *, late: timedelta | None = None) -> str:
    """A guest in house, `late` past check-out time."""
    booking_id = counter.booked_by_staff().booking_id
    counter.at(ARRIVES)
    counter.ask(AssignRoom(**about(booking_id, room_number="101")))
    counter.ask(CheckIn(**about(booking_id)))
    if late is not None:
        counter.at(counter.stored(booking_id).checkout_deadline_at + late)
    return booking_id


def incidents(counter: Counter, booking_id: str) -> Any:
    return counter.rows("SELECT * FROM overstay WHERE booking_id = :id ORDER BY opened_at", id=booking_id)


def flags(counter: Counter, booking_id: str) -> int:
    return counter.events(booking_id).count("OverstayFlagged")


def test_an_overstay_is_flagged_when_its_time_comes_and_rises_by_itself(counter: Counter) -> None:
    booking_id = staying(counter, late=timedelta(0))
    assert not counter.tick(flag_overstays)  # to the second in time

    seen = []
    for minutes in (1, 29, 2, 88, 2, 600):
        counter.pass_time(minutes=minutes)
        while counter.tick(flag_overstays):
            pass
        seen.append((flags(counter, booking_id), incidents(counter, booking_id)[-1].severity))

    assert seen == [(1, "LOW"), (1, "LOW"), (2, "MEDIUM"), (2, "MEDIUM"), (3, "HIGH"), (3, "HIGH")]
    assert len(incidents(counter, booking_id)) == 1
    assert counter.stored(booking_id).due_at is None


def test_a_clock_moved_three_hours_ahead_finds_it_high_at_once(counter: Counter) -> None:
    booking_id = staying(counter, late=timedelta(hours=3))

    assert counter.tick(flag_overstays)

    assert (flags(counter, booking_id), incidents(counter, booking_id)[0].severity) == (1, "HIGH")
    assert not counter.tick(flag_overstays)


def test_of_many_workers_one_flags_it(counter: Counter) -> None:
    booking_id = staying(counter, late=timedelta(minutes=5))

    found = at_once(*[lambda: counter.tick(flag_overstays)] * 4)

    assert found.count(True) == 1
    assert (flags(counter, booking_id), len(incidents(counter, booking_id))) == (1, 1)


def test_two_workers_share_the_work_and_none_waits_for_the_other(counter: Counter) -> None:
    first, second = staying(counter), staying(counter)
    counter.at(counter.stored(first).checkout_deadline_at + timedelta(minutes=5))

    with counter.unit_of_work.begin() as one, counter.unit_of_work.begin() as other:
        taken = {one.bookings.lock_overstaying(one.now).id, other.bookings.lock_overstaying(other.now).id}

    assert taken == {first, second}


def test_a_booking_in_the_middle_of_an_action_is_left_alone(counter: Counter) -> None:
    booking_id = staying(counter, late=timedelta(minutes=5))
    counter.rows("UPDATE booking SET pending = '{}' WHERE id = :id", id=booking_id)

    assert not counter.tick(flag_overstays)

    assert flags(counter, booking_id) == 0


def test_the_expiring_timer_does_not_look_at_guests_in_house(counter: Counter) -> None:
    staying(counter, late=timedelta(days=2))

    assert not counter.tick(look_at_due)


def test_a_booking_has_one_undecided_incident_at_most(counter: Counter) -> None:
    booking_id = staying(counter, late=timedelta(minutes=5))
    counter.tick(flag_overstays)

    with pytest.raises(sa.exc.IntegrityError, match="overstay_one_undecided_per_booking"):
        counter.rows(INSERT, id=booking_id)

    counter.ask(AcknowledgeOverstay(**about(booking_id, dismiss=True)))
    counter.rows(INSERT, id=booking_id)  # what is closed stands in nobody's way


def test_without_the_index_and_the_lock_two_workers_would_open_two(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = staying(counter, late=timedelta(minutes=5))
    careless(monkeypatch)
    counter.rows("DROP INDEX overstay_one_undecided_per_booking")
    for table, constraint in (("outbox", "outbox_one_event_per_number"), ("audit", "audit_one_row_per_change")):
        counter.rows(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    try:
        at_once(*[lambda: counter.tick(flag_overstays)] * 2)

        assert len(incidents(counter, booking_id)) == 2
    finally:
        counter.rows("TRUNCATE outbox, audit, overstay")
        counter.rows("ALTER TABLE outbox ADD CONSTRAINT outbox_one_event_per_number UNIQUE (subject, sequence)")
        counter.rows("ALTER TABLE audit ADD CONSTRAINT audit_one_row_per_change UNIQUE (subject, sequence)")
        counter.rows(
            "CREATE UNIQUE INDEX overstay_one_undecided_per_booking ON overstay (booking_id)"
            " WHERE status IN ('OPEN', 'ACKNOWLEDGED')"
        )


def test_staff_acknowledge_with_a_note_that_stays_with_the_hotel(counter: Counter) -> None:
    booking_id = staying(counter, late=timedelta(minutes=40))
    counter.tick(flag_overstays)

    for _ in range(2):
        counter.ask(AcknowledgeOverstay(**about(booking_id, note="Flight is late.")))

    (incident,) = incidents(counter, booking_id)
    assert (incident.status, incident.acknowledged_by["name"], incident.note) == (
        "ACKNOWLEDGED",
        "Anna Byrne",
        "Flight is late.",
    )
    assert counter.events(booking_id).count("OverstayAcknowledged") == 1
    assert [item.why for item in counter.ask(GetTimeline(**about(booking_id))).items if item.why] == ["Flight is late."]
    assert not counter.rows("SELECT * FROM outbox WHERE data::text LIKE '%Flight%'")


def test_who_is_quicker_than_the_timer_acknowledges_all_the_same(counter: Counter) -> None:
    booking_id = staying(counter, late=timedelta(minutes=1))

    counter.ask(AcknowledgeOverstay(**about(booking_id)))

    assert counter.events(booking_id)[-2:] == ["OverstayFlagged", "OverstayAcknowledged"]


def test_check_out_resolves_it_in_the_same_transaction(counter: Counter) -> None:
    booking_id = staying(counter, late=timedelta(minutes=40))
    counter.tick(flag_overstays)

    counter.ask(CheckOut(**about(booking_id)))

    assert counter.events(booking_id)[-3:] == ["OverstayFlagged", "OverstayResolved", "GuestCheckedOut"]
    assert [(one.status, one.resolution) for one in incidents(counter, booking_id)] == [("RESOLVED", "CHECKED_OUT")]
    assert not counter.tick(flag_overstays)


def test_rows_detail_bucket_and_status_tell_of_it(counter: Counter) -> None:
    booking_id, other = (
        staying(counter),
        counter.booked_by_staff(
            check_in=ARRIVES.date() + timedelta(days=20), check_out=ARRIVES.date() + timedelta(days=22)
        ),
    )
    counter.at(counter.stored(booking_id).checkout_deadline_at + timedelta(minutes=61))
    counter.tick(flag_overstays)

    listed = counter.ask(ListBookings(hotel=HOTEL, bucket="overdue_checkout", include_counts=True))
    detail = counter.ask(GetBooking(**about(booking_id)))
    state = counter.ask(GetOverstay(**about(booking_id)))

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
    assert counter.ask(GetOverstay(**about(other.booking_id))).incident is None


def test_only_the_hotels_own_staff_are_told(counter: Counter) -> None:
    created = counter.book()
    query = GetOverstay(**about(created.booking.booking_id))

    for caller, code in ((guest_of(created), "PERMISSION_DENIED"), (STRANGER, "BOOKING_NOT_FOUND")):
        with pytest.raises(Refusal) as caught:
            counter.ask(query, caller)
        assert caught.value.code == code
    assert OTHER_HOTEL != HOTEL


def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """The detector reads without a lock and writes without comparing versions."""
    both_have_read = threading.Barrier(2)

    def read(self: Bookings, now: Any) -> Any:
        booking = self._one(JOINED.where(BOOKING.c.due_at < now))
        both_have_read.wait(10)
        return booking

    def overwrite(self: Bookings, seen: Any, **changes: Any) -> None:
        self._connection.execute(BOOKING.update().where(BOOKING.c.id == seen.id).values(**changes))

    monkeypatch.setattr(Bookings, "lock_overstaying", read)
    monkeypatch.setattr(Bookings, "_guarded", overwrite)
