"""The end of a stay by check-out, cancellation or move: what it closes, and what the next guest of the room sees."""

from typing import Any

import pytest

from chassis import codec
from chassis.refusal import Refusal
from contracts.bookings.approval import ConfirmBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.chat import GetChat, ListChats, SendChatMessage
from contracts.bookings.guest_services import GetOwnMenu, RegisterPushToken
from contracts.bookings.orders import AcceptOrder, CompleteOrder, ListOrders
from contracts.bookings.queries import GetBooking, GetFeed, GetTimeline
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, MoveRoom
from contracts.bookings.views import CreatedBooking, GuestDetails
from contracts.payments.checkout_sessions import OpenPaymentSession
from contracts.rooms.events import RoomStatus
from tests.conversations.actions import booking, in_house, moved, pushed, room, with_room_status
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture, guest
from tests.conversations.test_assigning_rooms import left
from tests.conversations.test_in_stay import PLANTED, ROOM, about, live, move_in


def refused(fixture: PlatformFixture, message: Any, created: CreatedBooking) -> str:
    try:
        fixture.platform.ask(message, guest(created))
    except Refusal as refusal:
        return refusal.code
    raise AssertionError(f"{message} was answered")


def called_off(fixture: PlatformFixture, created: CreatedBooking) -> None:
    """Staff call off who is in house."""
    fixture.platform.ask(CancelBooking(**about(created, reason="fire alarm")), STAFF)
    fixture.settle()


def test_a_stay_called_off_in_house_ends_all_that_check_out_ends(fixture: PlatformFixture) -> None:
    created = move_in(fixture)
    live(fixture, created)
    [order] = fixture.platform.ask(ListOrders(hotel=HOTEL), STAFF).results

    called_off(fixture, created)

    booking = fixture.platform.ask(GetBooking(**about(created)), guest(created))
    assert (booking.status, booking.in_house) == (BookingStatus.CANCELLED, None)
    assert fixture.platform.ask(GetChat(**about(created)), STAFF).is_open is False
    assert (
        fixture.platform.ask(ListChats(hotel=HOTEL), STAFF).count,
        fixture.platform.ask(ListOrders(hotel=HOTEL), STAFF).count,
    ) == (
        0,
        0,
    )
    assert refused(fixture, SendChatMessage(**about(created, text="x")), created) == "BOOKING_ENDED"
    assert refused(fixture, RegisterPushToken(**about(created, push_token="x")), created) == "BOOKING_ENDED"
    with pytest.raises(Refusal, match="CHAT_CLOSED"):
        fixture.platform.ask(SendChatMessage(**about(created, text="x")), STAFF)
    with pytest.raises(Refusal):
        fixture.platform.ask(AcceptOrder(hotel=HOTEL, order_id=order.id), STAFF)
    with fixture.platform.services["bookings"].engine.connect() as connection:
        [row] = connection.exec_driver_sql("SELECT push_token, in_house FROM booking").all()
        [stored_order] = connection.exec_driver_sql("SELECT status FROM room_order").all()
    assert tuple(row) == (None, None)
    assert stored_order.status == "CANCELLED"
    assert fixture.platform.event_names(created.booking.id)[-2:] == ["OrderCancelled", "BookingCancelled"]
    timeline = codec.encode(fixture.platform.ask(GetTimeline(**about(created)), STAFF)).decode()
    assert PLANTED["chat"] in timeline
    assert PLANTED["note"] in timeline


def test_a_guest_who_has_left_pays_by_card_what_is_owed_and_nothing_else(fixture: PlatformFixture) -> None:
    created = move_in(fixture)
    live(fixture, created)
    [order] = fixture.platform.ask(ListOrders(hotel=HOTEL), STAFF).results
    fixture.platform.ask(CompleteOrder(hotel=HOTEL, order_id=order.id), STAFF)
    fixture.platform.ask(CheckOut(**about(created)), STAFF)
    fixture.settle()
    owed = booking(fixture, created.booking.id).balance_due

    session = fixture.pay(created)

    after = booking(fixture, created.booking.id)
    assert (session.amount, after.balance_due.is_zero, after.status) == (owed, True, BookingStatus.COMPLETED)
    assert ("capture", owed.amount) in fixture.movements()
    assert refused(fixture, OpenPaymentSession(**about(created)), created) == "BOOKING_ENDED"


@pytest.mark.parametrize("how", ["moved", "called off"])
def test_the_next_guest_of_a_room_sees_nothing_of_the_guest_before(fixture: PlatformFixture, how: str) -> None:
    first = move_in(fixture)
    secrets = live(fixture, first)
    if how == "moved":
        fixture.platform.ask(MoveRoom(**about(first, to_room_number="102", reason="tap")), STAFF)
    else:
        called_off(fixture, first)
    with_room_status(fixture, ROOM, RoomStatus.READY_FOR_GUEST)
    second = fixture.book(guest=GuestDetails(first_name="Bea", last_name="Next", email="bea@example.com"))
    fixture.platform.ask(ConfirmBooking(**about(second)), STAFF)
    fixture.platform.ask(AssignRoom(**about(second, room_number=ROOM)), STAFF)
    fixture.platform.ask(CheckIn(**about(second)), STAFF)
    fixture.settle()

    views = (GetBooking, GetFeed, GetChat, ListOrders, GetOwnMenu)
    answers = codec.encode([fixture.platform.ask(view(**about(second)), guest(second)) for view in views]).decode()

    pin = secrets.pop("PIN")
    assert second.booking.id in answers
    assert [name for name, value in secrets.items() if value in answers] == []
    assert f'"room_pin":"{pin}"' not in answers.replace(" ", "")
    with fixture.platform.services["bookings"].engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, push_token FROM booking").all()
    moved_along = PLANTED["push token"] if how == "moved" else None
    assert {row.id: row.push_token for row in rows} == {first.booking.id: moved_along, second.booking.id: None}
    mine = [data for _, data in pushed(fixture, f"private-booking-{first.booking.id}")]
    assert second.booking.id not in str(mine), "the first guest's channel hears nothing of the second"
    assert second.booking.id in str(pushed(fixture, f"private-room-{HOTEL}-{ROOM}"))


def test_a_move_to_a_better_room_takes_the_nights_along_and_back(fixture: PlatformFixture) -> None:
    before = left(fixture, "SGL"), left(fixture, "DBL")
    mine = in_house(fixture, "101", nights=2)
    assert (left(fixture, "SGL"), left(fixture, "DBL")) == (before[0] - 1, before[1])

    better = moved(fixture, mine, "105")

    assert better.warnings == ("ROOM_TYPE_MISMATCH",)
    assert (left(fixture, "SGL"), left(fixture, "DBL")) == (before[0], before[1] - 1)
    assert booking(fixture, mine).total_amount == better.total_amount, "an upgrade costs nothing more"
    with_room_status(fixture, "101", RoomStatus.READY_FOR_GUEST)
    assert moved(fixture, mine, "101").warnings == ()
    assert (left(fixture, "SGL"), left(fixture, "DBL")) == (before[0] - 1, before[1])
    assert (room(fixture, "105").room_status, room(fixture, "101").current_booking_id) == (
        RoomStatus.CHECKOUT_DIRTY,
        mine,
    )
