"""Holds and undecided bookings expire at their deadline, and late money revives none."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.messaging.event_dispatcher import Disposition
from contracts.bookings.approval import ApproveBooking, ConfirmBooking
from contracts.bookings.queries import GetBooking, GetPayable
from contracts.bookings.status import BookingStatus
from contracts.payments.events import PaymentSessionExpired
from services.bookings.handlers.timers import apply_due_deadline
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, authorized, awaiting, capture_failed, captured, opened, paid, refused
from tests.unit.bookings.builders import STAFF


@pytest.mark.parametrize(
    ("minutes", "seconds", "session", "expires"),
    [
        (4, 59, False, False),
        (5, 14, False, False),  # a page that is being opened
        (5, 15, False, True),
        (15, 0, True, False),
        (16, 59, True, False),
        (17, 0, True, True),
    ],
)
def test_an_unpaid_hold_expires(
    service: BookingsUnderTest, minutes: int, seconds: int, session: bool, expires: bool
) -> None:
    booking_id = service.book().booking.booking_id
    if session:
        service.deliver(opened(booking_id))

    service.pass_time(minutes=minutes, seconds=seconds)

    assert service.tick(apply_due_deadline) is expires
    assert service.stored(booking_id).status == ("EXPIRED" if expires else "PENDING_PAYMENT")
    assert not service.tick(apply_due_deadline)


def test_the_first_payment_page_prolongs_the_hold_and_a_second_does_not(service: BookingsUnderTest) -> None:
    created = service.book()
    booking_id, held_at = created.booking.booking_id, created.booking.created_at
    assert created.booking.expires_at == held_at + timedelta(minutes=5)
    assert created.booking.pay_until == held_at + timedelta(minutes=15)
    payable = service.ask(GetPayable(**about(booking_id)), guest_of(created))

    service.pass_time(minutes=4)
    service.deliver(opened(booking_id))
    once = service.ask(GetBooking(**about(booking_id)))
    service.pass_time(minutes=6)
    service.deliver(PaymentSessionExpired(**paid(booking_id), session_id="cs_1"), opened(booking_id))
    twice = service.ask(GetBooking(**about(booking_id)))

    assert payable.expires_at == once.expires_at == twice.expires_at == held_at + timedelta(minutes=15)


def test_a_page_is_not_opened_after_the_five_minutes(service: BookingsUnderTest) -> None:
    created = service.book()
    query = GetPayable(**about(created.booking.booking_id))
    assert service.ask(query, guest_of(created)).payable

    service.pass_time(minutes=5)

    assert not service.ask(query, guest_of(created)).payable


def test_a_card_booking_by_staff_has_the_whole_time_at_once(service: BookingsUnderTest) -> None:
    booking = service.book(STAFF).booking

    assert booking.expires_at == booking.pay_until == booking.created_at + timedelta(minutes=15)


def test_the_second_payment_after_a_failed_capture_has_a_day_whatever_page_is_open(service: BookingsUnderTest) -> None:
    booking_id = awaiting(service)
    service.ask(ApproveBooking(**about(booking_id)))
    service.deliver(capture_failed(booking_id))
    before = service.stored(booking_id)

    service.deliver(opened(booking_id))

    assert (
        before.expires_at == service.stored(booking_id).expires_at == service.unit_of_work.moment + timedelta(hours=24)
    )


def test_a_closed_payment_page_lets_the_overdue_hold_expire_at_once(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    service.deliver(opened(booking_id))
    service.pass_time(minutes=15, seconds=1)

    service.deliver(PaymentSessionExpired(**paid(booking_id), session_id="cs_1"))

    booking = service.ask(GetBooking(**about(booking_id)))
    assert (booking.status, booking.expiry_reason) == (BookingStatus.EXPIRED, "HOLD_RAN_OUT")


def test_a_payment_page_closed_early_leaves_the_hold(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    service.deliver(opened(booking_id), PaymentSessionExpired(**paid(booking_id), session_id="cs_1"))

    assert service.stored(booking_id).status == "PENDING_PAYMENT"
    assert service.ask(ConfirmBooking(**about(booking_id))).status is BookingStatus.CONFIRMED


def test_an_authorisation_in_transit_at_the_deadline_counts(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    service.deliver(opened(booking_id))
    service.pass_time(minutes=16)

    service.deliver(authorized(booking_id))

    assert service.stored(booking_id).status == "PENDING_APPROVAL"


def test_late_money_does_not_revive_a_booking(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    service.pass_time(hours=1)
    service.tick(apply_due_deadline)

    outcomes = service.deliver(opened(booking_id), authorized(booking_id), captured(booking_id))

    assert {outcome.disposition for outcome in outcomes} == {Disposition.APPLIED}
    assert service.events(booking_id) == ["BookingHeld", "BookingExpired", "PaymentTurnedAway"]
    assert service.stored(booking_id).payment_status == "CAPTURED"


def test_an_undecided_booking_expires_at_its_deadline(service: BookingsUnderTest) -> None:
    service.at(datetime(2030, 6, 8, 10, 0, tzinfo=UTC))
    booking_id = awaiting(service)
    deadline = service.stored(booking_id).approval_deadline_at
    service.at(deadline - timedelta(seconds=1))
    assert list(iter(lambda: service.tick(apply_due_deadline), False)), "staff are told that it waits for them"
    assert service.stored(booking_id).status == "PENDING_APPROVAL"

    service.at(deadline)
    assert service.tick(apply_due_deadline)

    booking = service.ask(GetBooking(**about(booking_id)))
    assert (booking.status, booking.expiry_reason) == (BookingStatus.EXPIRED, "APPROVAL_TIMEOUT")
    assert refused(service, ApproveBooking(**about(booking_id))) == "BOOKING_ENDED"
