"""Creation of a booking, payment events, and amendments."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.approval import BookingApproved, BookingAwaitsApproval, BookingConfirmed
from contracts.bookings.events import BookingDrafted, BookingHeld, PaymentTurnedAway
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.bookings.views import GuestDetails
from contracts.payments.events import (
    CancellationFeeCaptured,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentRefunded,
    PaymentSessionOpened,
    PaymentVoided,
)
from contracts.values import ActorKind, Caller, HotelSettings
from services.bookings.actions import submit
from services.bookings.domain import amendments, creation, payment_events
from services.bookings.domain.booking import Booking
from services.bookings.domain.booking_names import BookingNames
from services.bookings.lifecycle import CALLED_OFF, LIFECYCLE
from tests.unit.bookings.builders import (
    ANNA,
    HOTEL,
    NOW,
    OTHER_HOTEL,
    PUBLIC,
    STAFF,
    a_booking,
    a_request,
    awaiting_approval,
    eur,
    held,
    unpaid,
)

Status = BookingStatus
NAMES = BookingNames(booking_id="BK-2030-ABCDEF", confirmation_number="KIL-2030-GHJKMN", token_hash="h")
FACT = {"booking_id": "BK-2030-ABCDEF", "hotel": HOTEL, "payment_id": "pay-1"}


def called_off(**over: Any) -> Booking:
    """Cancelled while the card's hold was to pay the fee."""
    usual = {"status": Status.CANCELLED, "payment_id": "pay-1", "cancellation_fee": eur(9000), "captured": None}
    return a_booking(**({"confirmed_at": None} | usual | over))


def refusal(caller: Caller, **overrides: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        creation.check(a_request(**overrides), caller)
    return caught.value


def fields_refused(caller: Caller, **overrides: Any) -> tuple[str, list[str]]:
    refused = refusal(caller, **overrides)
    return refused.code, [error["field"] for error in refused.errors]


def test_an_ordinary_request_is_accepted() -> None:
    creation.check(a_request(), PUBLIC)
    creation.check(a_request(payment="none"), STAFF)


@pytest.mark.parametrize("address", ["two..dots@x.example", ".lead@x.example", "用户@例子.example", "<a@b.cc>"])
def test_an_address_that_no_mail_reaches_is_refused_with_the_reason(address: str) -> None:
    with pytest.raises(Refusal) as refused:
        creation.check(a_request(guest=GuestDetails(first_name="A", last_name="B", email=address)), PUBLIC)

    [error] = refused.value.errors
    assert error["field"] == "guest.email"
    assert "address" in error["message"] or "@-sign" in error["message"]


@pytest.mark.parametrize("name", ["\u200b\u200d", "\u202e", "\u3164"])
def test_a_name_without_a_visible_character_is_refused(name: str) -> None:
    guest = GuestDetails(first_name=name, last_name="B", email="a@b.example")

    assert fields_refused(PUBLIC, guest=guest) == ("VALIDATION_ERROR", ["guest.first_name"])


def test_every_error_of_a_request_is_reported_at_once() -> None:
    refused = refusal(
        PUBLIC,
        guest=GuestDetails(first_name=" ", last_name="x" * 101, email="nobody", phone="1" * 41),
        adults=0,
        children=-1,
        check_out=a_request().check_in,
        special_requests="x" * 2001,
    )

    assert refused.code == "VALIDATION_ERROR"
    assert [(error["field"], error["message"]) for error in refused.errors] == [
        ("guest.first_name", "must have 1 to 100 characters"),
        ("guest.last_name", "must have 1 to 100 characters"),
        ("guest.email", "An email address must have an @-sign."),
        ("guest.phone", "at most 40 characters"),
        ("check_out", "must be after check_in"),
        ("adults", "must be 1 to 50"),
        ("children", "must be 0 to 50"),
        ("special_requests", "at most 2000 characters"),
    ]


def test_only_staff_book_without_a_card() -> None:
    assert fields_refused(PUBLIC, payment="none")[0] == "PERMISSION_DENIED"
    assert fields_refused(STAFF, payment="none", draft=True)[1] == ["draft"]
    assert fields_refused(STAFF, payment="gold")[1] == ["payment"]


def test_staff_book_in_their_own_hotel_only() -> None:
    assert fields_refused(STAFF, hotel=OTHER_HOTEL)[0] == "HOTEL_NOT_FOUND"


@pytest.mark.parametrize(
    ("overrides", "kinds"),
    [
        ({}, [BookingHeld]),
        ({"draft": True}, [BookingDrafted]),
        ({"payment": "none"}, [BookingHeld, BookingConfirmed]),
    ],
)
def test_a_booking_begins_with_the_events_of_its_kind(overrides: dict[str, Any], kinds: list[type]) -> None:
    command = a_request(**overrides)
    booking = creation.new_booking(command, held(), NAMES, caller=STAFF, now=NOW)

    facts = creation.begin(booking, command, by=ANNA, now=NOW)

    assert [type(fact) for fact in facts] == kinds


def test_a_booking_keeps_the_terms_it_was_made_with() -> None:
    settings = HotelSettings(payment_hold_minutes=20, standard_checkout_time="10:30")

    booking = creation.new_booking(a_request(), held(settings=settings), NAMES, caller=PUBLIC, now=NOW)

    assert creation.hold(booking, by=ANNA, now=NOW).expires_at == NOW + timedelta(minutes=20)
    assert booking.checkout_deadline_at == datetime(2030, 6, 13, 9, 30, tzinfo=UTC)
    assert booking.source is BookingSource.ONLINE
    assert booking.is_new_for_staff


def test_a_booking_created_by_staff_is_not_new_for_staff() -> None:
    booking = creation.new_booking(a_request(), held(), NAMES, caller=STAFF, now=NOW)

    assert booking.source is BookingSource.STAFF
    assert not booking.is_new_for_staff


def test_a_draft_is_submitted_once() -> None:
    assert submit.may_submit(unpaid(status=BookingStatus.DRAFT))
    assert not submit.may_submit(unpaid())
    for booking, code in (
        (a_booking(), "ILLEGAL_TRANSITION"),
        (a_booking(status=Status.EXPIRED), "BOOKING_ENDED"),
    ):
        with pytest.raises(Refusal) as caught:
            submit.may_submit(booking)
        assert caught.value.code == code


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


def test_an_amendment_event_names_fields_and_never_their_values() -> None:
    command = AmendBooking(
        hotel=HOTEL, booking_id="b", internal_notes="VIP", guest_email=" new@example.com ", guest_first_name="Ada"
    )

    amendment = amendments.amend(a_booking(), command, by=ANNA)

    assert amendment
    assert amendment.event.fields == ("internal_notes", "guest_email")
    assert amendment.changes["guest"].email == "new@example.com"
    assert "new@example.com" not in repr(amendment.event)


def test_an_amendment_without_changes_has_no_event() -> None:
    command = AmendBooking(hotel=HOTEL, booking_id="b", late_arrival_expected=False, guest_last_name="Lovelace")

    assert amendments.amend(a_booking(), command, by=ANNA) is None


def test_a_guests_name_cannot_be_amended_to_nothing() -> None:
    with pytest.raises(Refusal) as caught:
        amendments.amend(a_booking(), AmendBooking(hotel=HOTEL, booking_id="b", guest_first_name=" "), by=ANNA)

    assert caught.value.code == "VALIDATION_ERROR"
