"""The booking's events that follow from events of its payment."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.bookings.approval import BookingApproved, BookingAwaitsApproval
from contracts.bookings.events import PaymentTurnedAway
from contracts.bookings.status import BookingStatus
from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentRefunded,
    PaymentSessionOpened,
    PaymentVoided,
)
from contracts.values import ActorKind, HotelSettings
from services.bookings.domain import payment_events
from services.bookings.domain.booking import Booking
from services.bookings.lifecycle import CALLED_OFF, LIFECYCLE
from tests.unit.bookings.builders import (
    ANNA,
    HOTEL,
    NOW,
    a_booking,
    awaiting_approval,
    eur,
    unpaid,
)

Status = BookingStatus
FACT = {"booking_id": "BK-2030-ABCDEF", "hotel": HOTEL, "payment_id": "pay-1"}


def called_off(**over: Any) -> Booking:
    """Cancelled while the card's hold was to pay the fee."""
    usual = {"status": Status.CANCELLED, "payment_id": "pay-1", "cancellation_fee": eur(9000), "captured": None}
    return a_booking(**({"confirmed_at": None} | usual | over))


def authorized(**overrides: Any) -> PaymentAuthorized:
    return PaymentAuthorized(
        **FACT, **{"payment_intent_id": "pi_1", "amount": eur(34880), "authorized_at": NOW} | overrides
    )


def test_an_authorised_booking_waits_for_staff() -> None:
    (event,) = payment_events.authorized(unpaid(), authorized(), now=NOW)

    assert isinstance(event, BookingAwaitsApproval)


def test_a_hotel_without_approval_approves_at_once_by_the_system() -> None:
    booking = unpaid(settings=HotelSettings(approval_required=False))

    awaits, approved = payment_events.authorized(booking, authorized(), now=NOW)

    assert isinstance(awaits, BookingAwaitsApproval)
    assert isinstance(approved, BookingApproved)
    assert approved.decision_made_by.kind is ActorKind.SYSTEM


@pytest.mark.parametrize(
    ("status", "why"),
    [
        *((status, "BOOKING_ENDED") for status in sorted(CALLED_OFF)),
        *((status, "NO_CARD_NEEDED") for status in (Status.CONFIRMED, Status.IN_HOUSE, Status.COMPLETED)),
    ],
)
def test_late_money_is_turned_away_and_revives_no_booking(status: Status, why: str) -> None:
    booking = a_booking(status=status)

    (event,) = payment_events.authorized(booking, authorized(), now=NOW)

    assert isinstance(event, PaymentTurnedAway)
    assert (event.reason_code, event.amount, LIFECYCLE.after(status, type(event))) == (why, eur(34880), status)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PENDING_PAYMENT])
def test_a_payment_session_that_opens_too_late_changes_nothing(status: Status) -> None:
    opened = PaymentSessionOpened(**FACT, session_id="cs", amount=eur(1), opened_at=NOW, expires_at=NOW)

    assert payment_events.session_opened(a_booking(status=status), opened) == ()


@pytest.mark.parametrize(
    ("booking", "owed"),
    [
        (called_off(), 9000),
        (called_off(served=eur(500), settled=eur(200)), 9300),
        (called_off(payment_id="pay_2"), None),
        (called_off(cancellation_fee=eur(0)), None),
        (called_off(captured=eur(9000)), None),
        (called_off(confirmed_at=NOW), None),  # its fee is owed at the desk already
        (called_off(status=Status.PENDING_APPROVAL), None),
    ],
)
def test_a_fee_whose_authorisation_is_voided_is_owed_at_the_desk(booking: Booking, owed: int | None) -> None:
    fact = PaymentVoided(**FACT, amount=eur(34880), voided_at=NOW)

    events = payment_events.released(booking, fact, now=NOW)

    assert [event.balance_due for event in events] == ([] if owed is None else [eur(owed)])


@pytest.mark.parametrize(
    ("booking", "captured", "owed"),
    [
        (called_off(), 4000, 5000),
        (called_off(), 9000, None),
        (called_off(balance_due=eur(5000)), 4000, None),
        (called_off(status=Status.DECLINED), 4000, None),
    ],
)
def test_the_rest_of_a_fee_that_was_captured_in_part_is_owed(booking: Booking, captured: int, owed: int | None) -> None:
    fact = CancellationFeeCaptured(**FACT, amount=eur(captured), captured_at=NOW)

    events = payment_events.fee_captured(booking, fact)

    assert [(event.amount, event.balance_due) for event in events] == ([] if owed is None else [(eur(owed), eur(owed))])


@pytest.mark.parametrize(
    ("booking", "refunded", "owed"),
    [
        (called_off(captured=eur(34880)), 34880 - 9000, None),
        (called_off(captured=eur(34880)), 34880 - 4000, 5000),
        (called_off(captured=eur(34880)), 34880, 9000),
        (called_off(captured=eur(34880), status=Status.NO_SHOW), 34880, 9000),
        (called_off(captured=eur(34880), settled=eur(2000)), 34880, 7000),
        (called_off(captured=eur(34880), balance_due=eur(9000)), 34880, None),  # the refund came first
        (called_off(captured=eur(34880), cancellation_fee=eur(0)), 34880, None),
        (a_booking(status=Status.COMPLETED, captured=eur(34880)), 34880, None),
    ],
)
def test_the_part_of_a_fee_that_was_refunded_is_owed(booking: Booking, refunded: int, owed: int | None) -> None:
    fact = PaymentRefunded(**FACT, refund_id="re", amount=eur(100), refunded_total=eur(refunded), refunded_at=NOW)

    events = payment_events.fee_refunded(booking, fact, charges=())

    assert [event.balance_due for event in events] == ([] if owed is None else [eur(owed)])


def test_a_capture_confirms_an_approved_booking_as_of_the_decision() -> None:
    fact = PaymentCaptured(**FACT, payment_intent_id="pi_1", amount=eur(34880), captured_at=NOW + timedelta(minutes=1))

    (event,) = payment_events.captured(awaiting_approval(decision_made_at=NOW, decision_made_by=ANNA), fact)

    assert (event.confirmed_at, event.confirmed_by, event.paid_at) == (NOW, ANNA, fact.captured_at)
    assert payment_events.captured(awaiting_approval(), fact) == ()
    assert payment_events.captured(a_booking(), fact) == ()


def test_a_refund_published_twice_counts_once() -> None:
    fact = PaymentRefunded(**FACT, refund_id="re", amount=eur(10000), refunded_total=eur(10000), refunded_at=NOW)

    (event,) = payment_events.refunded(a_booking(), fact)

    assert event.amount == eur(10000)
    assert payment_events.refunded(a_booking(refunded=eur(10000)), fact) == ()
