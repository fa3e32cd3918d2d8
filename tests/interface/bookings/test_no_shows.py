"""No-shows: by the timer, by staff, and against a check-in at the same moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.bookings.amendments import AmendBooking
from contracts.bookings.queries import GetBooking, GetTimeline
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn, MarkNoShow
from contracts.payments.events import PaymentRefunded
from contracts.rooms.occupancy import MoveIn
from contracts.values import CancellationPolicy
from services.bookings.handlers.timers import apply_due_deadline
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import about, confirmed, paid, refused
from tests.interface.bookings.test_races import at_once
from tests.unit.bookings.builders import NOW, eur, held

NOON = datetime(2030, 6, 11, 11, 0, tzinfo=UTC)  # 12:00 in Dublin on the day after check-in
REST = eur(34880 - 13080)  # but the first night


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
