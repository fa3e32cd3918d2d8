"""Cancellation in house, no-shows, and approval alerts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetBooking, GetTimeline
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn, MarkNoShow
from contracts.bookings.views import CreatedBooking
from contracts.payments.events import PaymentCaptureFailed, PaymentRefunded
from contracts.rooms.events import RoomVacated
from contracts.rooms.occupancy import MoveIn, MoveOut
from contracts.values import CancellationPolicy
from services.bookings.handlers.action_completion import drive_stale_actions
from services.bookings.handlers.timers import apply_due_deadline
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.test_lifecycle import (
    ARRIVES,
    about,
    authorized,
    awaiting,
    captured,
    confirmed,
    opened,
    paid,
    refused,
)
from tests.interface.bookings.test_races import at_once
from tests.unit.bookings.builders import ANNA, CLERK, NOW, STAFF, eur, held

NOON = datetime(2030, 6, 11, 11, 0, tzinfo=UTC)  # 12:00 in Dublin on the day after check-in
REST = eur(34880 - 13080)  # but the first night


def living(service: BookingsUnderTest, booking_id: str) -> str:
    """The guest has just checked in, on the first evening."""
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    service.at(ARRIVES)
    service.ask(CheckIn(**about(booking_id)))
    return booking_id


def living_with_token(service: BookingsUnderTest) -> CreatedBooking:
    created = service.book()
    booking_id = created.booking.booking_id
    service.deliver(opened(booking_id), authorized(booking_id))
    service.ask(ApproveBooking(**about(booking_id)))
    service.deliver(captured(booking_id))
    living(service, booking_id)
    return created


def said(service: BookingsUnderTest, booking_id: str) -> list[str]:
    """Of what urgencies staff were told."""
    rows = service.rows("SELECT data FROM outbox WHERE subject = :id ORDER BY sequence", id=f"approval/{booking_id}")
    return [row.data["urgency"] for row in rows]


def until_quiet(service: BookingsUnderTest) -> None:
    while service.tick(apply_due_deadline):
        pass


def test_a_stay_in_house_is_cancelled_once_rooms_has_the_room_back(service: BookingsUnderTest) -> None:
    booking_id = living(service, confirmed(service))

    answer = service.ask(CancelBooking(**about(booking_id, reason="fire", waive_fee=True)))

    assert (answer.status, answer.cancelled_by, answer.cancellation_reason) == (BookingStatus.CANCELLED, ANNA, "fire")
    assert (answer.cancellation_fee, answer.refund_amount, answer.refund_status) == (eur(13080), REST, "PENDING")
    assert (answer.assigned_room_number, answer.can_cancel, answer.cancellation_preview) == (None, False, None)
    row = service.stored(booking_id)
    assert (row.in_house, row.pending, row.ended_at, row.due_at) == (None, None, ARRIVES, None)
    move_out = service.rooms.asks[-1]
    assert isinstance(move_out, MoveOut)
    assert move_out.left_on == ARRIVES.date()
    last = service.row("SELECT data FROM outbox WHERE subject = :id ORDER BY sequence DESC LIMIT 1", id=booking_id)
    assert last.data["released_from"] == "2030-06-10"
    item = service.ask(GetTimeline(**about(booking_id))).items[-1]
    assert (item.what, item.from_status, item.why) == ("BookingCancelled", BookingStatus.IN_HOUSE, "fire")


def test_a_cancellation_in_house_without_a_waiver_refunds_nothing(service: BookingsUnderTest) -> None:
    booking_id = living(service, confirmed(service))

    answer = service.ask(CancelBooking(**about(booking_id, reason="left in anger")))

    assert (answer.cancellation_fee, answer.refund_amount, answer.refund_status) == (eur(34880), eur(0), None)


def test_a_repeated_cancellation_in_house_asks_rooms_once_and_has_one_event(service: BookingsUnderTest) -> None:
    booking_id = living(service, confirmed(service))
    command = CancelBooking(**about(booking_id, reason="fire"))

    first = service.answer(command, idempotency_key="k", fingerprint="f")
    replayed = service.answer(command, idempotency_key="k", fingerprint="f")
    service.pass_time(hours=1)
    again = service.ask(CancelBooking(**about(booking_id)))

    assert replayed.replayed
    assert replayed.reply == first.reply
    assert again.cancelled_at == first.reply.cancelled_at
    assert service.rooms.kinds().count("MoveOut") == 1
    assert service.events(booking_id).count("BookingCancelled") == 1


def test_a_cancellation_in_house_without_permission_or_reason_is_refused(service: BookingsUnderTest) -> None:
    created = living_with_token(service)
    booking_id, guest = created.booking.booking_id, guest_of(created)

    assert refused(service, CancelBooking(**about(booking_id, reason="bored")), guest) == "ILLEGAL_TRANSITION"
    assert refused(service, CancelBooking(**about(booking_id, reason="fire")), CLERK) == "PERMISSION_DENIED"
    assert refused(service, CancelBooking(**about(booking_id))) == "NOTE_REQUIRED"
    for_guest, for_staff = (service.ask(GetBooking(**about(booking_id)), caller) for caller in (guest, STAFF))
    assert (for_guest.can_cancel, for_guest.cancellation_preview) == (False, None)
    assert for_staff.can_cancel
    assert for_staff.cancellation_preview.applied_rule == "STAY_BEGUN"
    assert "MoveOut" not in service.rooms.kinds()


@pytest.mark.parametrize("rooms_has_done_it", [False, True], ids=["before rooms", "after rooms"])
def test_a_cancellation_in_house_whose_process_died_is_driven_to_its_end(
    service: BookingsUnderTest, rooms_has_done_it: bool
) -> None:
    """Settled as of when it was decided: by the time the timer comes, another night has begun."""
    booking_id = living(service, confirmed(service))
    service.rooms.instead[MoveOut] = Unavailable("the process died")
    with pytest.raises(Unavailable):
        service.ask(CancelBooking(**about(booking_id, reason="fire", waive_fee=True)))
    assert service.stored(booking_id).status == "IN_HOUSE"
    assert refused(service, CancelBooking(**about(booking_id, reason="fire"))) == "ACTION_IN_PROGRESS"
    first = service.rooms.asks[-1]
    if rooms_has_done_it:
        service.deliver(RoomVacated(**about(booking_id), room_number="101", action_id=first.action_id))

    service.pass_time(days=1)
    del service.rooms.instead[MoveOut]
    service.rows("UPDATE booking SET action_due_at = now() WHERE action_due_at IS NOT NULL")
    assert service.tick(drive_stale_actions)

    row = service.stored(booking_id)
    assert (row.status, row.cancellation_fee, row.cancelled_at) == ("CANCELLED", 13080, ARRIVES)
    assert row.cancelled_by["name"] == ANNA.name
    assert service.rooms.asks[-1] == first
    assert not service.tick(drive_stale_actions)
    assert service.events(booking_id).count("BookingCancelled") == 1


def test_a_cancellation_in_house_refused_by_rooms_leaves_the_stay(service: BookingsUnderTest) -> None:
    booking_id = living(service, confirmed(service))
    service.rooms.instead[MoveOut] = Refusal("CHECKOUT_FAILED", "No.")

    assert refused(service, CancelBooking(**about(booking_id, reason="fire"))) == "CHECKOUT_FAILED"

    assert (service.stored(booking_id).status, service.stored(booking_id).pending) == ("IN_HOUSE", None)


def test_the_timer_marks_a_no_show_at_noon_of_the_next_day(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    service.ask(AssignRoom(**about(booking_id, room_number="101")))

    service.at(NOON - timedelta(microseconds=1))
    assert not service.tick(apply_due_deadline)
    service.at(NOON)
    assert service.tick(apply_due_deadline)
    assert not service.tick(apply_due_deadline)

    booking = service.ask(GetBooking(**about(booking_id)))
    assert (booking.status, booking.assigned_room_number) == (BookingStatus.NO_SHOW, None)
    assert (booking.cancellation_fee, booking.refund_amount, booking.refund_status) == (eur(13080), REST, "PENDING")
    assert (service.stored(booking_id).ended_at, service.stored(booking_id).due_at) == (NOON, None)
    item = service.ask(GetTimeline(**about(booking_id))).items[-1]
    assert (item.what, item.by.kind, item.to_status) == ("BookingNoShow", "system", BookingStatus.NO_SHOW)

    gone = {"refund_id": "re_1", "amount": REST, "refunded_total": REST, "refunded_at": NOON}
    service.deliver(PaymentRefunded(**paid(booking_id), **gone))
    assert service.ask(GetBooking(**about(booking_id))).refund_status == "SUCCEEDED"


def test_an_expected_late_arrival_delays_the_no_show(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    service.ask(AmendBooking(**about(booking_id, late_arrival_expected=True)))

    service.at(NOON)
    assert not service.tick(apply_due_deadline)
    assert refused(service, MarkNoShow(**about(booking_id))) == "NO_SHOW_TOO_EARLY"
    service.ask(AmendBooking(**about(booking_id, late_arrival_expected=False)))
    assert service.tick(apply_due_deadline)

    assert service.stored(booking_id).status == "NO_SHOW"


def test_an_expected_late_guest_checks_in_late_without_the_flag(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    service.at(NOON)
    assert refused(service, CheckIn(**about(booking_id))) == "CHECKIN_TOO_LATE"

    service.ask(AmendBooking(**about(booking_id, late_arrival_expected=True)))

    assert service.ask(CheckIn(**about(booking_id))).status is BookingStatus.IN_HOUSE


def test_staff_mark_a_no_show_after_noon_of_the_next_day(service: BookingsUnderTest) -> None:
    booking_id = service.booked_by_staff().booking_id
    assert refused(service, MarkNoShow(**about(booking_id))) == "NO_SHOW_TOO_EARLY"

    service.at(NOON)
    marked = service.ask(MarkNoShow(**about(booking_id, reason="telephoned twice")))
    again = service.ask(MarkNoShow(**about(booking_id)))

    assert (marked.status, marked.cancellation_fee) == (BookingStatus.NO_SHOW, eur(13080))
    assert (marked.balance_due, marked.refund_amount, marked.refund_status) == (eur(13080), eur(0), None)
    assert (again.version, again.updated_at) == (marked.version, marked.updated_at)
    assert service.ask(GetTimeline(**about(booking_id))).items[-1].why == "telephoned twice"


def test_a_no_show_of_a_non_refundable_stay_pays_all_of_it(service: BookingsUnderTest) -> None:
    service.rooms.held = held(policy=CancellationPolicy(kind="NON_REFUNDABLE"))
    booking_id = confirmed(service)

    service.at(NOON)
    service.tick(apply_due_deadline)

    row = service.stored(booking_id)
    assert (row.cancellation_fee, row.refund_amount, row.refund_status) == (34880, 0, None)


def test_exactly_one_of_check_in_and_no_show_wins(service: BookingsUnderTest) -> None:
    """At noon the guest stands at the desk, the clock strikes, and a colleague gives up on them."""
    for _ in range(6):
        service.at(NOW)
        booking_id = confirmed(service)
        service.ask(AssignRoom(**about(booking_id, room_number="101")))
        service.at(NOON)

        answers = at_once(
            lambda booking_id=booking_id: service.ask(CheckIn(**about(booking_id, late_arrival=True))).status,
            lambda booking_id=booking_id: service.ask(MarkNoShow(**about(booking_id))).status,
            lambda: service.tick(apply_due_deadline),
        )

        (end,) = [name for name in service.events(booking_id) if name in {"GuestCheckedIn", "BookingNoShow"}]
        assert service.stored(booking_id).pending is None
        loser = answers[1] if end == "GuestCheckedIn" else answers[0]
        assert loser in {"ILLEGAL_TRANSITION", "BOOKING_NOT_ELIGIBLE", "ACTION_IN_PROGRESS"}


def test_the_timer_skips_a_booking_with_a_pending_check_in(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    service.at(NOON)

    def slow(message: MoveIn) -> Any:
        assert not service.tick(apply_due_deadline)
        assert refused(service, MarkNoShow(**about(booking_id))) == "ACTION_IN_PROGRESS"
        return service.rooms.answer(message)

    service.rooms.instead[MoveIn] = slow

    assert service.ask(CheckIn(**about(booking_id, late_arrival=True))).status is BookingStatus.IN_HOUSE


def test_staff_are_alerted_once_to_each_urgency(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)
    version = service.stored(booking_id).version

    for minutes in (19, 20, 20, 31, 60, 91, 120):
        service.at(NOW + timedelta(minutes=minutes))
        until_quiet(service)

    assert said(service, booking_id) == ["DUE_SOON", "OVERDUE", "CRITICAL"]
    service.at(service.stored(booking_id).approval_deadline_at - timedelta(minutes=10))
    assert service.tick(apply_due_deadline)
    assert not service.tick(apply_due_deadline)
    assert said(service, booking_id)[-1] == "DEADLINE_NEAR"
    assert service.ask(ApproveBooking(**about(booking_id)), if_match=(version,)).decision_made_by == ANNA


def test_several_timers_alert_once(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)
    service.at(NOW + timedelta(minutes=20))

    at_once(*[lambda: service.tick(apply_due_deadline)] * 4)

    assert said(service, booking_id) == ["DUE_SOON"]


def test_a_booking_that_awaits_approval_again_is_alerted_again(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)
    service.at(NOW + timedelta(minutes=20))
    until_quiet(service)
    service.ask(ApproveBooking(**about(booking_id)))
    service.deliver(PaymentCaptureFailed(**paid(booking_id), reason_code="card_declined", failed_at=NOW))
    assert service.stored(booking_id).expires_at == NOW + timedelta(minutes=20, hours=24)

    service.deliver(opened(booking_id), authorized(booking_id))
    until_quiet(service)

    assert said(service, booking_id) == ["DUE_SOON", "DUE_SOON"]


def test_the_database_rejects_an_unknown_alert(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)

    with pytest.raises(Exception, match="approval_alerts"):
        service.rows("UPDATE booking SET approval_alerts = '{LOUD}' WHERE id = :id", id=booking_id)


def test_a_draft_expires_seven_days_after_its_last_change(service: BookingsUnderTest) -> None:
    booking_id = service.book(draft=True).booking.booking_id
    service.pass_time(days=6)
    service.ask(AmendBooking(**about(booking_id, special_requests="quiet")))

    service.pass_time(days=7, microseconds=-1)
    assert not service.tick(apply_due_deadline)
    service.pass_time(microseconds=1)
    assert service.tick(apply_due_deadline)

    row = service.stored(booking_id)
    assert (row.status, row.expiry_reason) == ("EXPIRED", "DRAFT_ABANDONED")
