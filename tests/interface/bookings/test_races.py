"""Races on one booking: exactly one command wins. Each guarantee fails without its mechanism."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.stays import AssignRoom, CheckIn
from contracts.rooms.assignments import GiveRoom
from services.bookings.handlers.timers import apply_due_deadline
from services.bookings.store.bookings import SqlBookings
from services.bookings.store.tables import BOOKING
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import ARRIVES, about, awaiting
from tests.unit.bookings.builders import NOW

ROUNDS = 8


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do them all at the same moment on connections of their own; what each answered, or its refusal's code."""
    together = threading.Barrier(len(deeds))

    def do(deed: Callable[[], Any]) -> Any:
        together.wait(10)
        try:
            return deed()
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def without_locks(monkeypatch: pytest.MonkeyPatch, *, guard: bool) -> None:
    """Both read before either writes; with `guard`, the version is still compared when writing."""
    both_have_read = threading.Barrier(2)

    def find(self: SqlBookings, hotel: str, booking_id: str) -> Any:
        booking = self.find(hotel, booking_id)
        both_have_read.wait(10)
        return booking

    monkeypatch.setattr(SqlBookings, "lock", find)
    if not guard:

        def overwrite(self: SqlBookings, read: Any, **changes: Any) -> None:
            self._connection.execute(BOOKING.update().where(BOOKING.c.id == read.id).values(**changes))

        monkeypatch.setattr(SqlBookings, "_update", overwrite)


def decisions(service: BookingsUnderTest, booking_id: str) -> list[str]:
    return [name for name in service.events(booking_id) if name in {"BookingApproved", "BookingDeclined"}]


def test_without_lock_guard_and_unique_number_both_decisions_would_be_taken(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = awaiting(service)
    without_locks(monkeypatch, guard=False)
    for table, constraint in (("outbox", "outbox_one_event_per_number"), ("audit", "audit_one_row_per_change")):
        service.rows(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    try:
        at_once(
            lambda: service.ask(ApproveBooking(**about(booking_id))),
            lambda: service.ask(DeclineBooking(**about(booking_id))),
        )
        assert sorted(decisions(service, booking_id)) == ["BookingApproved", "BookingDeclined"]
    finally:
        service.rows("TRUNCATE outbox, audit")
        service.rows("ALTER TABLE outbox ADD CONSTRAINT outbox_one_event_per_number UNIQUE (subject, sequence)")
        service.rows("ALTER TABLE audit ADD CONSTRAINT audit_one_row_per_change UNIQUE (subject, sequence, hotel)")


def test_the_version_guard_alone_lets_one_decision_through(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = awaiting(service)
    without_locks(monkeypatch, guard=True)

    answers = at_once(
        lambda: service.ask(ApproveBooking(**about(booking_id))),
        lambda: service.ask(DeclineBooking(**about(booking_id))),
    )

    assert answers.count("BOOKING_CHANGED") == 1
    assert len(decisions(service, booking_id)) == 1


def test_exactly_one_of_approve_and_decline_wins(service: BookingsUnderTest) -> None:
    for _ in range(ROUNDS):
        booking_id = awaiting(service)

        answers = at_once(
            lambda booking_id=booking_id: service.ask(ApproveBooking(**about(booking_id))),
            lambda booking_id=booking_id: service.ask(DeclineBooking(**about(booking_id))),
        )

        (decision,) = decisions(service, booking_id)
        loser = "DECISION_MADE" if decision == "BookingApproved" else "BOOKING_ENDED"
        assert [answer for answer in answers if isinstance(answer, str)] == [loser]


def test_exactly_one_of_approve_and_expiry_wins(service: BookingsUnderTest) -> None:
    """The clerk's clock is a moment behind the timer's, so that both think they may."""
    for _ in range(ROUNDS):
        service.at(NOW)
        booking_id = awaiting(service)
        deadline = service.stored(booking_id).approval_deadline_at
        clerk, clock = BookingsUnderTest(service.engine), BookingsUnderTest(service.engine)
        clerk.at(deadline - timedelta(seconds=1))
        clock.at(deadline)

        approve, _ = at_once(
            lambda clerk=clerk, booking_id=booking_id: clerk.ask(ApproveBooking(**about(booking_id))),
            lambda clock=clock: clock.tick(apply_due_deadline),
        )

        last = service.events(booking_id)[-1]
        assert (approve == "BOOKING_ENDED") == (last == "BookingExpired")
        assert last in {"BookingApproved", "BookingExpired"}


def test_exactly_one_of_approve_and_cancel_wins(service: BookingsUnderTest) -> None:
    for _ in range(ROUNDS):
        booking_id = awaiting(service)

        answers = at_once(
            lambda booking_id=booking_id: service.ask(ApproveBooking(**about(booking_id))),
            lambda booking_id=booking_id: service.ask(CancelBooking(**about(booking_id))),
        )

        refused = [answer for answer in answers if isinstance(answer, str)]
        approved = service.events(booking_id)[-1] == "BookingApproved"
        assert refused == ["DECISION_MADE" if approved else "BOOKING_ENDED"]


def test_two_timers_expire_a_booking_once(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    service.pass_time(hours=1)

    at_once(*[lambda: service.tick(apply_due_deadline)] * 4)

    assert service.events(booking_id) == ["BookingHeld", "BookingExpired"]


def test_without_the_intent_two_assigns_would_both_ask_rooms(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = service.booked_by_staff().booking_id
    monkeypatch.setattr(SqlBookings, "begin_action", lambda _, booking, action: replace(booking, pending=action))
    both_asked = threading.Barrier(2)
    service.rooms.instead[GiveRoom] = lambda ask: (both_asked.wait(10), service.rooms.answer(ask))[1]

    at_once(
        lambda: service.ask(AssignRoom(**about(booking_id, room_number="101"))),
        lambda: service.ask(AssignRoom(**about(booking_id, room_number="102"))),
    )

    assert service.rooms.kinds().count("GiveRoom") == 2


def test_a_pending_assignment_shuts_out_every_other_command(service: BookingsUnderTest) -> None:
    booking_id = service.booked_by_staff().booking_id
    service.at(ARRIVES)
    refused: list[str] = []

    def meanwhile(ask: GiveRoom) -> Any:
        for competing in (
            AssignRoom(**about(booking_id, room_number="102")),
            AssignRoom(**about(booking_id, room_number="101")),
            CancelBooking(**about(booking_id)),
        ):
            with pytest.raises(Refusal) as caught:
                service.ask(competing)
            refused.append(caught.value.code)
        return service.rooms.answer(ask)

    service.rooms.instead[GiveRoom] = meanwhile
    assigned = service.ask(AssignRoom(**about(booking_id, room_number="101")))

    assert assigned.assigned_room_number == "101"
    assert refused == ["ACTION_IN_PROGRESS"] * 3


def test_two_assignments_at_once_are_neither_lost_nor_half_done(service: BookingsUnderTest) -> None:
    for _ in range(ROUNDS):
        booking_id = service.booked_by_staff().booking_id
        before = service.rooms.kinds().count("GiveRoom")

        answers = at_once(
            lambda booking_id=booking_id: service.ask(AssignRoom(**about(booking_id, room_number="101"))),
            lambda booking_id=booking_id: service.ask(AssignRoom(**about(booking_id, room_number="102"))),
        )

        # One after the other both may be served: then the second has reassigned the room.
        won = [answer.assigned_room_number for answer in answers if not isinstance(answer, str)]
        assert {answer for answer in answers if isinstance(answer, str)} <= {"ACTION_IN_PROGRESS"}
        assert service.rooms.kinds().count("GiveRoom") - before == len(won)
        assert service.stored(booking_id).assigned_room_number in won
        assert service.events(booking_id).count("RoomAssigned") == len(won)


def test_exactly_one_of_cancel_and_check_in_wins(service: BookingsUnderTest) -> None:
    for _ in range(ROUNDS):
        service.at(NOW)
        booking_id = service.booked_by_staff().booking_id
        service.at(ARRIVES)
        service.ask(AssignRoom(**about(booking_id, room_number="101")))

        answers = at_once(
            lambda booking_id=booking_id: service.ask(CheckIn(**about(booking_id))),
            lambda booking_id=booking_id: service.ask(CancelBooking(**about(booking_id))),
        )

        assert len([answer for answer in answers if isinstance(answer, str)]) == 1
        assert service.events(booking_id)[-1] in {"GuestCheckedIn", "BookingCancelled"}
