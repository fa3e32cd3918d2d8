"""The asks and events between the four services over the life of one booking."""

from datetime import timedelta

import pytest

from chassis.refusal import Refusal
from contracts.bookings.approval import ApproveBooking, ConfirmBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.queries import GetBooking, GetFeed
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, GetCandidateRooms
from contracts.payments.checkout_sessions import OpenPaymentSession
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.events import RoomStatus
from contracts.rooms.rooms import GetRoom
from contracts.rooms.turnover import ChangeRoomStatus
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest

Status = BookingStatus


def left(fixture: PlatformFixture) -> int:
    today = fixture.today()
    answer = fixture.platform.ask(CheckAvailability(hotel=HOTEL, check_in=today, check_out=today + timedelta(days=2)))
    return next(kind for kind in answer.room_types if kind.room_type_code == fixture.room_types()[0]).available_units


def test_a_booking_lives_its_whole_life(fixture: PlatformFixture) -> None:
    before = left(fixture)
    created = fixture.book()
    booking_id = created.booking.id
    assert created.booking.status is Status.PENDING_PAYMENT
    assert left(fixture) == before - 1

    fixture.pay(created)
    assert fixture.booking(created).status is Status.PENDING_APPROVAL
    assert fixture.movements() == [("authorise", created.booking.total_amount.amount)]

    fixture.platform.ask(ApproveBooking(hotel=HOTEL, booking_id=booking_id), STAFF)
    fixture.settle()
    assert fixture.booking(created).status is Status.CONFIRMED
    assert fixture.booking(created).payment_status == "CAPTURED"
    assert fixture.movements()[-1] == ("capture", created.booking.total_amount.amount)

    room = fixture.platform.ask(GetCandidateRooms(hotel=HOTEL, booking_id=booking_id), STAFF).rooms[0].room_number
    fixture.platform.ask(AssignRoom(hotel=HOTEL, booking_id=booking_id, room_number=room), STAFF)
    inside = fixture.platform.ask(CheckIn(hotel=HOTEL, booking_id=booking_id), STAFF)
    assert inside.status is Status.IN_HOUSE
    in_house = fixture.platform.ask(GetBooking(hotel=HOTEL, booking_id=booking_id), guest(created)).in_house
    assert in_house is not None
    assert in_house.room_pin.isdigit()
    assert inside.in_house is None  # a command's answer may be stored under its key, so it tells no secret
    assert fixture.platform.ask(GetRoom(hotel=HOTEL, room_number=room)).room_status is RoomStatus.OCCUPIED

    out = fixture.platform.ask(CheckOut(hotel=HOTEL, booking_id=booking_id), STAFF)
    assert (out.status, out.in_house) == (Status.COMPLETED, None)
    for to_status in (RoomStatus.CLEANING_IN_PROGRESS, RoomStatus.CLEANED_UNINSPECTED, RoomStatus.READY_FOR_GUEST):
        fixture.platform.ask(ChangeRoomStatus(hotel=HOTEL, room_number=room, to_status=to_status), STAFF)
    fixture.settle()

    assert fixture.platform.event_names(booking_id)[0] == "BookingHeld"
    feed = fixture.platform.ask(GetFeed(hotel=HOTEL, booking_id=booking_id), STAFF)
    assert [item.sequence for item in feed.events] == list(range(1, feed.last_sequence + 1))
    assert [subject.split(" (")[0].split(" - ")[0] for subject in fixture.mails()] == [
        "Booking received",
        "Payment authorized — awaiting hotel confirmation",
        "Booking Confirmed",
        f"Welcome to {created.booking.hotel_name}",
        f"Thank you for staying at {created.booking.hotel_name}",
    ]
    pushed = [event["event"] for event in fixture.pusher.events(channel=f"private-booking-{booking_id}")]
    expected = ["booking_created", "payment_authorized", "payment_success", "room_assigned", "booking_checked_in"]
    assert [name for name in pushed if name in expected] == expected


def test_a_declined_booking_s_authorisation_is_voided_and_its_nights_are_free(fixture: PlatformFixture) -> None:
    before = left(fixture)
    created = fixture.book()
    fixture.pay(created)

    fixture.platform.ask(DeclineBooking(hotel=HOTEL, booking_id=created.booking.id, reason_code="FULL"), STAFF)
    fixture.settle()

    assert fixture.booking(created).status is Status.DECLINED
    assert fixture.booking(created).payment_status == "VOIDED"
    assert [movement for movement, _ in fixture.movements()] == ["authorise", "void"]
    assert left(fixture) == before


def test_a_guest_who_cancels_before_paying_pays_nothing(fixture: PlatformFixture) -> None:
    before = left(fixture)
    created = fixture.book()
    session = fixture.platform.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    fixture.settle()

    cancelled = fixture.platform.ask(
        CancelBooking(hotel=HOTEL, booking_id=created.booking.id, reason="ill"), guest(created)
    )
    again = fixture.platform.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    fixture.settle()

    assert cancelled.status is Status.CANCELLED
    assert again.cancelled_at == cancelled.cancelled_at
    assert left(fixture) == before
    with pytest.raises(Exception, match=r"400|402|410"):
        fixture.stripe.pay(session.session_id)
    assert fixture.movements() == []


@pytest.mark.parametrize("opened", [False, True], ids=["no page opened", "page opened"])
def test_an_unpaid_hold_expires_and_frees_its_nights(fixture: PlatformFixture, opened: bool) -> None:
    before = left(fixture)
    created = fixture.book()
    if opened:
        fixture.platform.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))
        fixture.settle()

    fixture.platform.advance(timedelta(minutes=16))
    fixture.settle()

    assert fixture.booking(created).status is Status.EXPIRED
    assert left(fixture) == before
    assert fixture.mails()[-1].startswith("Booking Expired")


def test_money_that_comes_too_late_is_given_back(fixture: PlatformFixture) -> None:
    created = fixture.book()
    session = fixture.platform.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    fixture.settle()
    fixture.stripe.webhooks(paused=True)
    fixture.stripe.pay(session.session_id)
    fixture.platform.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    fixture.platform.run_until_idle()
    fixture.stripe.webhooks(paused=False)

    fixture.settle()

    assert fixture.booking(created).status is Status.CANCELLED
    assert [movement for movement, _ in fixture.movements()] == ["authorise", "void"]
    assert fixture.mails()[-1] == f"Payment not taken - {created.booking.id}"
    failures = [event for event in fixture.pusher.events() if event["event"] == "payment_failed"]
    assert {event["data"]["reason_code"] for event in failures} == {"BOOKING_ENDED"}


def test_a_page_opened_while_staff_confirm_without_a_card_takes_no_money(fixture: PlatformFixture) -> None:
    created = fixture.book()
    session = fixture.platform.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    fixture.platform.ask(
        ConfirmBooking(hotel=HOTEL, booking_id=created.booking.id), STAFF
    )  # it has not heard of the page
    fixture.stripe.pay(session.session_id)

    fixture.settle()

    assert fixture.booking(created).status is Status.CONFIRMED
    assert [movement for movement, _ in fixture.movements()] == ["authorise", "void"]

    fixture.platform.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id, reason="ill"), STAFF)
    fixture.settle()
    fee = fixture.booking(created).cancellation_fee
    assert fee is not None
    assert fixture.booking(created).balance_due == fee
    assert [movement for movement, _ in fixture.movements()] == ["authorise", "void"]


def test_another_guest_s_token_opens_nothing(fixture: PlatformFixture) -> None:
    mine, theirs = fixture.book(), fixture.book()

    with pytest.raises(Refusal) as refused:
        fixture.platform.ask(GetBooking(hotel=HOTEL, booking_id=mine.booking.id), guest(theirs))

    assert refused.value.code in {"BOOKING_NOT_FOUND", "INVALID_TOKEN"}
