"""Approval, decline, confirmation and cancellation: refusals and repetition."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import BookingApproved, BookingConfirmed, DeclineBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.status import BookingStatus
from services.bookings.actions import cancel
from services.bookings.domain import approval, cancellation
from services.bookings.domain.booking import Booking
from tests.unit.bookings.builders import (
    ANNA,
    CLERK,
    GUEST,
    HOTEL,
    NOW,
    STAFF,
    a_booking,
    a_price,
    awaiting_approval,
    eur,
    unpaid,
)

ENDED = [
    BookingStatus.COMPLETED,
    BookingStatus.DECLINED,
    BookingStatus.CANCELLED,
    BookingStatus.EXPIRED,
    BookingStatus.NO_SHOW,
]

FREE = a_price(nights=(eur(0),), subtotal=eur(0), tax=eur(0), total=eur(0))


def cancelling(**overrides: Any) -> CancelBooking:
    return CancelBooking(hotel=HOTEL, booking_id="BK-2030-ABCDEF", **overrides)


def declining(**overrides: Any) -> DeclineBooking:
    return DeclineBooking(hotel=HOTEL, booking_id="BK-2030-ABCDEF", **overrides)


def approved(**overrides: Any) -> Booking:
    return awaiting_approval(decision_made_at=NOW, decision_made_by=ANNA, **overrides)


def refused(attempt: Any) -> str:
    with pytest.raises(Refusal) as caught:
        attempt()
    return caught.value.code


def test_staff_approve_a_booking_that_awaits_approval() -> None:
    (event,) = approval.approve(awaiting_approval(), by=ANNA, now=NOW)

    assert isinstance(event, BookingApproved)
    assert (event.payment_id, event.decision_made_by, event.decision_made_at) == ("pay-1", ANNA, NOW)


def test_a_critical_booking_is_still_approvable() -> None:
    assert approval.approve(awaiting_approval(), by=ANNA, now=NOW + timedelta(hours=3))


def test_an_overdue_approval_is_refused() -> None:
    late = NOW + timedelta(days=2)

    assert refused(lambda: approval.approve(awaiting_approval(), by=ANNA, now=late)) == "ILLEGAL_TRANSITION"


def test_a_stay_that_a_change_has_made_free_is_confirmed_without_a_payment() -> None:
    decision, confirmation = approval.approve(awaiting_approval(price=FREE, authorized=eur(34880)), by=ANNA, now=NOW)

    assert isinstance(decision, BookingApproved)
    assert isinstance(confirmation, BookingConfirmed)
    assert (decision.payment_id, decision.amount, confirmation.paid_at) == ("", eur(0), None)


@pytest.mark.parametrize("booking", [approved(), a_booking()])
def test_a_repeated_approval_has_no_event(booking: Booking) -> None:
    assert approval.approve(booking, by=ANNA, now=NOW + timedelta(days=9)) == ()


@pytest.mark.parametrize("status", ENDED)
def test_an_ended_booking_is_not_approved(status: BookingStatus) -> None:
    booking = a_booking(status=status)

    assert refused(lambda: approval.approve(booking, by=ANNA, now=NOW)) == "BOOKING_ENDED"


@pytest.mark.parametrize("booking", [unpaid(), a_booking(status=BookingStatus.IN_HOUSE)])
def test_a_booking_that_awaits_no_approval_is_not_approved(booking: Booking) -> None:
    assert refused(lambda: approval.approve(booking, by=ANNA, now=NOW)) == "ILLEGAL_TRANSITION"


def test_a_decline_has_a_reason_code() -> None:
    (event,) = approval.decline(awaiting_approval(), declining(reason_code=""), by=ANNA, now=NOW)

    assert (event.reason_code, event.decision_made_by) == ("OTHER", ANNA)


@pytest.mark.parametrize(
    ("booking", "code"),
    [
        (approved(), "DECISION_MADE"),
        (a_booking(decision_made_at=NOW), "DECISION_MADE"),
        (unpaid(), "ILLEGAL_TRANSITION"),
        (a_booking(status=BookingStatus.EXPIRED), "BOOKING_ENDED"),
        (a_booking(status=BookingStatus.CANCELLED), "BOOKING_ENDED"),
    ],
)
def test_a_decided_or_ended_booking_is_not_declined(booking: Booking, code: str) -> None:
    assert refused(lambda: approval.decline(booking, declining(), by=ANNA, now=NOW)) == code


def test_a_repeated_decline_has_no_event() -> None:
    assert approval.decline(a_booking(status=BookingStatus.DECLINED), declining(), by=ANNA, now=NOW) == ()


@pytest.mark.parametrize("status", ["NONE", "SESSION_EXPIRED", "FAILED"])
def test_staff_confirm_a_booking_without_an_open_card_payment(status: str) -> None:
    (event,) = approval.confirm(unpaid(payment_status=status), by=ANNA, now=NOW)

    assert (event.confirmed_by, event.paid_at) == (ANNA, None)


@pytest.mark.parametrize("booking", [unpaid(payment_status="SESSION_OPEN"), awaiting_approval(), approved()])
def test_a_card_booking_is_not_confirmed_by_hand(booking: Booking) -> None:
    assert refused(lambda: approval.confirm(booking, by=ANNA, now=NOW)) == "CARD_BOOKING"


@pytest.mark.parametrize("caller", [GUEST, STAFF])
@pytest.mark.parametrize(
    "booking",
    [
        unpaid(status=BookingStatus.DRAFT, expires_at=None),
        unpaid(),
        unpaid(payment_status="SESSION_OPEN"),
        awaiting_approval(),
        a_booking(),
    ],
)
def test_guest_and_staff_cancel_a_live_booking(booking: Booking, caller) -> None:  # type: ignore[no-untyped-def]
    (event,) = cancel.before_stay(booking, cancelling(), caller=caller, now=NOW)

    assert event.cancelled_by == caller.actor


@pytest.mark.parametrize(
    ("booking", "code"),
    [
        (approved(), "DECISION_MADE"),
        *((a_booking(status=status), "BOOKING_ENDED") for status in ENDED if status is not BookingStatus.CANCELLED),
    ],
)
def test_an_approved_or_ended_booking_is_not_cancelled(booking: Booking, code: str) -> None:
    assert not cancellation.can_cancel(booking)
    assert refused(lambda: cancel.before_stay(booking, cancelling(), caller=STAFF, now=NOW)) == code


def test_a_stay_in_house_is_cancelled_by_staff_only() -> None:
    booking = a_booking(status=BookingStatus.IN_HOUSE)

    assert refused(lambda: cancel.may_cancel(booking, cancelling(), caller=GUEST)) == "ILLEGAL_TRANSITION"
    assert (cancellation.can_cancel(booking), cancellation.can_cancel(booking, as_guest=True)) == (True, False)


@pytest.mark.parametrize(
    ("caller", "reason", "answer"),
    [
        (STAFF, "fire", True),
        (STAFF, " ", "NOTE_REQUIRED"),
        (STAFF, "\u200b", "NOTE_REQUIRED"),
        (CLERK, "fire", "PERMISSION_DENIED"),
    ],
)
def test_a_cancellation_in_house_needs_the_permission_and_a_reason(caller, reason: str, answer: bool | str) -> None:  # type: ignore[no-untyped-def]
    booking, command = a_booking(status=BookingStatus.IN_HOUSE), cancelling(reason=reason)

    if answer is True:
        assert cancel.may_cancel(booking, command, caller=caller)
    else:
        assert refused(lambda: cancel.may_cancel(booking, command, caller=caller)) == answer


def test_a_repeated_cancellation_has_no_event() -> None:
    booking = a_booking(status=BookingStatus.CANCELLED)

    assert cancel.before_stay(booking, cancelling(), caller=GUEST, now=NOW) == ()


def test_a_cancellation_fee_is_waived_with_the_permission_and_a_reason() -> None:
    booking = a_booking()
    late = booking.checkout_deadline_at

    (event,) = cancel.before_stay(booking, cancelling(waive_fee=True, reason="flood"), caller=STAFF, now=late)
    assert (event.fee, event.refund) == (eur(0), eur(34880))


@pytest.mark.parametrize(
    ("caller", "reason", "code"),
    [
        (CLERK, "flood", "PERMISSION_DENIED"),
        (GUEST, "flood", "PERMISSION_DENIED"),
        (STAFF, " ", "NOTE_REQUIRED"),
        (STAFF, "\u200b\u202e", "NOTE_REQUIRED"),
    ],
)
def test_a_fee_waiver_without_permission_or_reason_is_refused(caller, reason: str, code: str) -> None:  # type: ignore[no-untyped-def]
    command = cancelling(waive_fee=True, reason=reason)

    assert refused(lambda: cancel.before_stay(a_booking(), command, caller=caller, now=NOW)) == code
