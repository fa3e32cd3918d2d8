"""What the four services say to each other over one booking's life."""

from datetime import timedelta

import pytest

from chassis.refusal import Refusal
from contracts.bookings import (
    ApproveBooking,
    AssignRoom,
    BookingStatus,
    CancelBooking,
    CheckIn,
    CheckOut,
    ConfirmBooking,
    DeclineBooking,
    GetBooking,
    GetCandidateRooms,
    GetFeed,
)
from contracts.payments import OpenPaymentSession
from contracts.rooms import ChangeRoomStatus, CheckAvailability, GetRoom, RoomStatus
from tests.conversations.conftest import HOTEL, STAFF, Scene, guest

Status = BookingStatus


def left(scene: Scene) -> int:
    today = scene.today()
    answer = scene.town.ask(CheckAvailability(hotel=HOTEL, check_in=today, check_out=today + timedelta(days=2)))
    return next(kind for kind in answer.room_types if kind.room_type_code == scene.room_types()[0]).available_units


def test_a_booking_lives_its_whole_life(scene: Scene) -> None:
    before = left(scene)
    created = scene.book()
    booking_id = created.booking.id
    assert created.booking.status is Status.PENDING_PAYMENT
    assert left(scene) == before - 1

    scene.pay(created)
    assert scene.booking(created).status is Status.PENDING_APPROVAL
    assert scene.movements() == [("authorise", created.booking.total_amount.amount)]

    scene.town.ask(ApproveBooking(hotel=HOTEL, booking_id=booking_id), STAFF)
    scene.settle()
    assert scene.booking(created).status is Status.CONFIRMED
    assert scene.booking(created).payment_status == "CAPTURED"
    assert scene.movements()[-1] == ("capture", created.booking.total_amount.amount)

    room = scene.town.ask(GetCandidateRooms(hotel=HOTEL, booking_id=booking_id), STAFF).rooms[0].room_number
    scene.town.ask(AssignRoom(hotel=HOTEL, booking_id=booking_id, room_number=room), STAFF)
    inside = scene.town.ask(CheckIn(hotel=HOTEL, booking_id=booking_id), STAFF)
    assert inside.status is Status.IN_HOUSE
    shown = scene.town.ask(GetBooking(hotel=HOTEL, booking_id=booking_id), guest(created)).in_house
    assert shown is not None
    assert shown.room_pin.isdigit()
    assert inside.in_house is None  # a command's answer may be stored under its key, so it tells no secret
    assert scene.town.ask(GetRoom(hotel=HOTEL, room_number=room)).room_status is RoomStatus.OCCUPIED

    out = scene.town.ask(CheckOut(hotel=HOTEL, booking_id=booking_id), STAFF)
    assert (out.status, out.in_house) == (Status.COMPLETED, None)
    for to_status in (RoomStatus.CLEANING_IN_PROGRESS, RoomStatus.CLEANED_UNINSPECTED, RoomStatus.READY_FOR_GUEST):
        scene.town.ask(ChangeRoomStatus(hotel=HOTEL, room_number=room, to_status=to_status), STAFF)
    scene.settle()

    assert scene.town.happened(booking_id)[0] == "BookingHeld"
    feed = scene.town.ask(GetFeed(hotel=HOTEL, booking_id=booking_id), STAFF)
    assert [item.sequence for item in feed.events] == list(range(1, feed.last_sequence + 1))
    assert [subject.split(" (")[0].split(" - ")[0] for subject in scene.mails()] == [
        "Booking received",
        "Payment authorized — awaiting hotel confirmation",
        "Booking Confirmed",
        f"Welcome to {created.booking.hotel_name}",
        f"Thank you for staying at {created.booking.hotel_name}",
    ]
    pushed = [event["event"] for event in scene.pusher.events(channel=f"private-booking-{booking_id}")]
    wanted = ["booking_created", "payment_authorized", "payment_success", "room_assigned", "booking_checked_in"]
    assert [name for name in pushed if name in wanted] == wanted


def test_a_declined_booking_s_authorisation_is_voided_and_its_nights_are_free(scene: Scene) -> None:
    before = left(scene)
    created = scene.book()
    scene.pay(created)

    scene.town.ask(DeclineBooking(hotel=HOTEL, booking_id=created.booking.id, reason_code="FULL"), STAFF)
    scene.settle()

    assert scene.booking(created).status is Status.DECLINED
    assert scene.booking(created).payment_status == "VOIDED"
    assert [movement for movement, _ in scene.movements()] == ["authorise", "void"]
    assert left(scene) == before


def test_a_guest_who_cancels_before_paying_pays_nothing(scene: Scene) -> None:
    before = left(scene)
    created = scene.book()
    session = scene.town.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    scene.settle()

    cancelled = scene.town.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id, reason="ill"), guest(created))
    again = scene.town.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    scene.settle()

    assert cancelled.status is Status.CANCELLED
    assert again.cancelled_at == cancelled.cancelled_at
    assert left(scene) == before
    with pytest.raises(Exception, match=r"400|402|410"):
        scene.stripe.pay(session.session_id)
    assert scene.movements() == []


@pytest.mark.parametrize("opened", [False, True], ids=["no page opened", "page opened"])
def test_an_unpaid_hold_expires_and_frees_its_nights(scene: Scene, opened: bool) -> None:
    before = left(scene)
    created = scene.book()
    if opened:
        scene.town.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))
        scene.settle()

    scene.town.advance(timedelta(minutes=16))
    scene.settle()

    assert scene.booking(created).status is Status.EXPIRED
    assert left(scene) == before
    assert scene.mails()[-1].startswith("Booking Expired")


def test_money_that_comes_too_late_is_given_back(scene: Scene) -> None:
    created = scene.book()
    session = scene.town.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    scene.settle()
    scene.stripe.webhooks(paused=True)
    scene.stripe.pay(session.session_id)
    scene.town.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    scene.town.settle()
    scene.stripe.webhooks(paused=False)

    scene.settle()

    assert scene.booking(created).status is Status.CANCELLED
    assert [movement for movement, _ in scene.movements()] == ["authorise", "void"]
    assert scene.mails()[-1] == f"Payment not taken - {created.booking.id}"
    told = [event for event in scene.pusher.events() if event["event"] == "payment_failed"]
    assert {event["data"]["reason_code"] for event in told} == {"BOOKING_ENDED"}


def test_a_page_opened_while_staff_confirm_without_a_card_takes_no_money(scene: Scene) -> None:
    created = scene.book()
    session = scene.town.ask(OpenPaymentSession(hotel=HOTEL, booking_id=created.booking.id), guest(created))
    scene.town.ask(ConfirmBooking(hotel=HOTEL, booking_id=created.booking.id), STAFF)  # it has not heard of the page
    scene.stripe.pay(session.session_id)

    scene.settle()

    assert scene.booking(created).status is Status.CONFIRMED
    assert [movement for movement, _ in scene.movements()] == ["authorise", "void"]

    scene.town.ask(CancelBooking(hotel=HOTEL, booking_id=created.booking.id, reason="ill"), STAFF)
    scene.settle()
    fee = scene.booking(created).cancellation_fee
    assert fee is not None
    assert scene.booking(created).balance_due == fee
    assert [movement for movement, _ in scene.movements()] == ["authorise", "void"]


def test_another_guest_s_token_opens_nothing(scene: Scene) -> None:
    mine, theirs = scene.book(), scene.book()

    with pytest.raises(Refusal) as refused:
        scene.town.ask(GetBooking(hotel=HOTEL, booking_id=mine.booking.id), guest(theirs))

    assert refused.value.code in {"BOOKING_NOT_FOUND", "INVALID_TOKEN"}
