"""Creation of a booking, and amendments."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.approval import BookingConfirmed
from contracts.bookings.events import BookingDrafted, BookingHeld
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.bookings.views import GuestDetails
from contracts.values import Caller, HotelSettings
from services.bookings.actions import submit
from services.bookings.domain import amendments, creation
from services.bookings.domain.booking_names import BookingNames
from tests.unit.bookings.builders import (
    ANNA,
    HOTEL,
    NOW,
    OTHER_HOTEL,
    PUBLIC,
    STAFF,
    a_booking,
    a_request,
    held,
    unpaid,
)

Status = BookingStatus
NAMES = BookingNames(booking_id="BK-2030-ABCDEF", confirmation_number="KIL-2030-GHJKMN", token_hash="h")


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
