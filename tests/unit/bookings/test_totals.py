"""Totals that need no card, and totals that no card can take."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import BookingApproved, BookingConfirmed, DeclineBooking, PaymentNotRequired
from contracts.bookings.asks import CancelBooking
from contracts.bookings.events import BookingHeld
from contracts.bookings.status import BookingStatus
from contracts.payments.events import PaymentVoided
from contracts.values import SYSTEM, CancellationPolicy, HotelSettings, Money, PolicyTier, Price
from services.bookings.actions import cancel, submit
from services.bookings.domain import approval, approval_urgency, creation, deadlines, payment_events, views
from services.bookings.domain.booking import NOT_REQUIRED, Booking
from services.bookings.domain.evolution import evolve
from tests.unit.bookings.builders import ANNA, HOTEL, NOW, STAFF, a_booking, a_card, a_price, awaiting_approval, unpaid

Status = BookingStatus
WITHOUT_APPROVAL = HotelSettings(approval_required=False)


def price_of(total: int, currency: str = "EUR") -> Price:
    """The price of one night with that total, in minor units, without tax."""
    amount, nothing = Money(total, currency), Money(0, currency)
    return a_price(nights=(amount,), subtotal=amount, discount=nothing, tax=nothing, total=amount, first_night=amount)


def free(currency: str = "EUR", **overrides: Any) -> Booking:
    """Held, with a total of zero."""
    card = a_card(currency=currency)
    return unpaid(**{"price": price_of(0, currency), "payment_status": NOT_REQUIRED, "card": card} | overrides)


def waiting(currency: str = "EUR", **overrides: Any) -> Booking:
    """A booking with a total of zero that waits for its approval."""
    booking = free(currency, **overrides)
    [event] = creation.without_payment(booking, now=NOW)
    return evolve(booking, after(event, Status.PENDING_APPROVAL), at=NOW)


def after(event: Any, status: BookingStatus) -> Any:
    return replace(event, status=status)


@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_a_booking_with_a_total_of_zero_awaits_approval_without_a_payment(currency: str) -> None:
    booking = waiting(currency)

    assert (booking.status, booking.payment_status) == (Status.PENDING_APPROVAL, NOT_REQUIRED)
    assert (booking.expires_at, booking.payment_authorized_at) == (None, None)
    assert not views.payable(booking, now=NOW).payable
    assert not views.detail(booking, now=NOW).can_pay


def test_the_hold_of_a_booking_with_a_total_of_zero_says_that_no_payment_is_required() -> None:
    booking = a_booking(price=price_of(0), status=None, version=0, payment_status="NONE", captured=None)
    held = creation.hold(booking, by=ANNA, now=NOW)

    assert isinstance(held, BookingHeld)
    assert evolve(booking, after(held, Status.PENDING_PAYMENT), at=NOW).payment_status == NOT_REQUIRED


def test_a_booking_with_a_total_of_zero_is_confirmed_where_no_approval_is_required() -> None:
    [event] = creation.without_payment(free(settings=WITHOUT_APPROVAL), now=NOW)

    assert isinstance(event, BookingConfirmed)
    assert (event.confirmed_by, event.paid_at) == (SYSTEM, None)


@pytest.mark.parametrize("total", [1, 50, 34880])
def test_a_booking_with_a_price_still_waits_for_its_payment(total: int) -> None:
    assert creation.without_payment(unpaid(price=price_of(total)), now=NOW) == ()


@pytest.mark.parametrize(
    ("timezone", "check_in", "deadline"),
    [
        ("Europe/Dublin", date(2030, 6, 10), datetime(2030, 6, 10, 21, tzinfo=UTC)),
        ("Europe/Dublin", date(2030, 10, 27), datetime(2030, 10, 27, 22, tzinfo=UTC)),  # clocks went back in the night
        ("Europe/Dublin", date(2030, 3, 31), datetime(2030, 3, 31, 21, tzinfo=UTC)),  # clocks went forward
        ("Asia/Tokyo", date(2030, 6, 10), datetime(2030, 6, 10, 13, tzinfo=UTC)),
    ],
)
def test_the_deadline_without_an_authorisation_is_the_hotels_own(
    timezone: str, check_in: date, deadline: datetime
) -> None:
    booking = free(check_in=check_in, check_out=check_in + timedelta(days=1), card=a_card(timezone=timezone))
    now = datetime(2030, 3, 1, 10, tzinfo=UTC)

    [event] = creation.without_payment(booking, now=now)

    assert isinstance(event, PaymentNotRequired)
    assert event.approval_deadline_at == deadline
    assert deadlines.approval_deadline(booking, authorized_at=now, capture_before=None) < deadline


def test_an_approval_without_a_payment_confirms_at_once() -> None:
    booking = waiting()

    approved, confirmed = approval.approve(booking, by=ANNA, now=NOW)

    assert isinstance(approved, BookingApproved)
    assert isinstance(confirmed, BookingConfirmed)
    assert (confirmed.confirmed_by, confirmed.paid_at) == (ANNA, None)
    stay = evolve(
        evolve(booking, after(approved, Status.PENDING_APPROVAL), at=NOW), after(confirmed, Status.CONFIRMED), at=NOW
    )
    assert (stay.payment_status, stay.balance_due, stay.decision_made_by) == (NOT_REQUIRED, Money(0, "EUR"), ANNA)
    assert approval.approve(stay, by=ANNA, now=NOW) == ()


def test_a_booking_without_a_payment_is_declined_expires_and_becomes_urgent_as_any_other() -> None:
    booking = waiting(settings=HotelSettings(approval_sla_minutes=30))
    about = {"hotel": HOTEL, "booking_id": booking.id}
    deadline = booking.approval_deadline_at
    assert deadline is not None

    assert [type(each).__name__ for each in approval.decline(booking, DeclineBooking(**about), by=ANNA, now=NOW)] == [
        "BookingDeclined"
    ]
    assert [type(each).__name__ for each in deadlines.expire(booking, now=deadline)] == ["BookingExpired"]
    assert approval_urgency.approval_risk(booking, NOW + timedelta(minutes=31)) == "OVERDUE"
    alert = approval_urgency.due_alert(booking, NOW + timedelta(minutes=31))
    assert alert is not None
    assert alert.payment_authorized_at == NOW


def test_staff_do_not_confirm_a_booking_that_waits_for_approval() -> None:
    with pytest.raises(Refusal) as caught:
        approval.confirm(waiting(), by=ANNA, now=NOW)

    assert caught.value.code == "ILLEGAL_TRANSITION"


@pytest.mark.parametrize(
    ("total", "currency", "code"),
    [
        (49, "EUR", "TOTAL_BELOW_MINIMUM"),
        (49, "JPY", "TOTAL_BELOW_MINIMUM"),
        (100_000_000, "EUR", "TOTAL_ABOVE_MAXIMUM"),
    ],
)
def test_a_draft_that_no_card_can_take_is_refused_at_submission(total: int, currency: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        submit.may_submit(unpaid(status=Status.DRAFT, price=price_of(total, currency)))

    assert caught.value.code == code


@pytest.mark.parametrize(("total", "currency"), [(0, "EUR"), (0, "JPY"), (50, "EUR"), (50, "JPY")])
def test_a_draft_that_is_free_or_that_a_card_can_take_is_submitted(total: int, currency: str) -> None:
    assert submit.may_submit(unpaid(status=Status.DRAFT, price=price_of(total, currency)))


def test_a_free_draft_is_submitted_once() -> None:
    assert not submit.may_submit(waiting())
    assert not submit.may_submit(replace(waiting(), status=Status.CONFIRMED))


@pytest.mark.parametrize(
    ("due", "currency", "payable"), [(49, "EUR", False), (50, "EUR", True), (49, "JPY", False), (50, "JPY", True)]
)
def test_a_balance_that_no_card_can_take_has_no_page(due: int, currency: str, *, payable: bool) -> None:
    booking = a_booking(status=Status.IN_HOUSE, price=price_of(20000, currency), balance_due=Money(due, currency))

    assert views.payable(booking, now=NOW).payable is payable
    assert views.detail(booking, now=NOW).can_pay is payable


FEE = CancellationPolicy(kind="CUSTOM", tiers=(PolicyTier(hours_before=0, kind="FIXED", value=Decimal(49)),))


@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_a_fee_that_is_too_small_for_a_card_is_owed_at_the_desk(currency: str) -> None:
    booking = awaiting_approval(policy=FEE, price=price_of(20000, currency), card=a_card(currency=currency))
    command = CancelBooking(hotel=HOTEL, booking_id=booking.id)

    [cancelled] = cancel.before_stay(booking, command, caller=STAFF, now=NOW)
    ended = evolve(booking, after(cancelled, Status.CANCELLED), at=NOW)

    assert (cancelled.fee, cancelled.fee_at_desk) == (Money(49, currency), True)
    assert ended.balance_due == Money(49, currency)
    about = {"hotel": HOTEL, "booking_id": booking.id, "payment_id": "pay-1"}
    voided = PaymentVoided(**about, amount=booking.total, voided_at=NOW)
    assert payment_events.released(ended, voided, now=NOW) == ()


def test_a_fee_that_a_card_can_take_is_captured_from_the_authorisation() -> None:
    fee = CancellationPolicy(kind="CUSTOM", tiers=(PolicyTier(hours_before=0, kind="FIXED", value=Decimal(50)),))
    booking = awaiting_approval(policy=fee)

    [cancelled] = cancel.before_stay(booking, CancelBooking(hotel=HOTEL, booking_id=booking.id), caller=STAFF, now=NOW)

    assert (cancelled.fee, cancelled.fee_at_desk) == (Money(50, "EUR"), False)
    assert evolve(booking, after(cancelled, Status.CANCELLED), at=NOW).balance_due == Money(0, "EUR")
