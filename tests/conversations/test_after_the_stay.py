"""What the end of a stay ends, also where it is called off or only the room changes; and what the next guest sees."""

from typing import Any

import pytest

from chassis import codec
from chassis.refusal import Refusal
from contracts.bookings import (
    AcceptOrder,
    AssignRoom,
    BookingStatus,
    CancelBooking,
    CheckIn,
    ConfirmBooking,
    CreatedBooking,
    GetBooking,
    GetChat,
    GetFeed,
    GetOwnMenu,
    GetTimeline,
    GuestDetails,
    ListChats,
    ListOrders,
    MoveRoom,
    RegisterPushToken,
    SendChatMessage,
)
from contracts.rooms import RoomStatus
from tests.conversations.conftest import HOTEL, STAFF, Scene, guest
from tests.conversations.front_desk import booking, living_in, moved, pushed, room, turned
from tests.conversations.test_assigning_rooms import left
from tests.conversations.test_in_stay import PLANTED, ROOM, about, live, move_in


def refused(scene: Scene, message: Any, created: CreatedBooking) -> str:
    try:
        scene.town.ask(message, guest(created))
    except Refusal as refusal:
        return refusal.code
    raise AssertionError(f"{message} was answered")


def called_off(scene: Scene, created: CreatedBooking) -> None:
    """Staff call off who is in house."""
    scene.town.ask(CancelBooking(**about(created, reason="fire alarm")), STAFF)
    scene.settle()


def test_a_stay_called_off_in_house_ends_all_that_check_out_ends(scene: Scene) -> None:
    created = move_in(scene)
    live(scene, created)
    [order] = scene.town.ask(ListOrders(hotel=HOTEL), STAFF).results

    called_off(scene, created)

    seen = scene.town.ask(GetBooking(**about(created)), guest(created))
    assert (seen.status, seen.in_house) == (BookingStatus.CANCELLED, None)
    assert scene.town.ask(GetChat(**about(created)), STAFF).is_open is False
    assert (
        scene.town.ask(ListChats(hotel=HOTEL), STAFF).count,
        scene.town.ask(ListOrders(hotel=HOTEL), STAFF).count,
    ) == (
        0,
        0,
    )
    assert refused(scene, SendChatMessage(**about(created, text="x")), created) == "READ_ONLY_TOKEN"
    assert refused(scene, RegisterPushToken(**about(created, push_token="x")), created) == "READ_ONLY_TOKEN"
    with pytest.raises(Refusal, match="CHAT_CLOSED"):
        scene.town.ask(SendChatMessage(**about(created, text="x")), STAFF)
    with pytest.raises(Refusal):
        scene.town.ask(AcceptOrder(hotel=HOTEL, order_id=order.id), STAFF)
    with scene.town.houses["bookings"].engine.connect() as connection:
        [row] = connection.exec_driver_sql("SELECT push_token, in_house FROM booking").all()
        [kept] = connection.exec_driver_sql("SELECT status FROM room_order").all()
    assert tuple(row) == (None, None)
    assert kept.status == "CANCELLED"
    assert scene.town.happened(created.booking.id)[-2:] == ["OrderCancelled", "BookingCancelled"]
    told = codec.encode(scene.town.ask(GetTimeline(**about(created)), STAFF)).decode()
    assert PLANTED["chat"] in told
    assert PLANTED["note"] in told


@pytest.mark.parametrize("how", ["moved", "called off"])
def test_the_next_guest_of_the_room_sees_nothing_of_who_was(scene: Scene, how: str) -> None:
    first = move_in(scene)
    secrets = live(scene, first)
    if how == "moved":
        scene.town.ask(MoveRoom(**about(first, to_room_number="102", reason="tap")), STAFF)
    else:
        called_off(scene, first)
    turned(scene, ROOM, RoomStatus.READY_FOR_GUEST)
    second = scene.book(guest=GuestDetails(first_name="Bea", last_name="Next", email="bea@example.com"))
    scene.town.ask(ConfirmBooking(**about(second)), STAFF)
    scene.town.ask(AssignRoom(**about(second, room_number=ROOM)), STAFF)
    scene.town.ask(CheckIn(**about(second)), STAFF)
    scene.settle()

    views = (GetBooking, GetFeed, GetChat, ListOrders, GetOwnMenu)
    seen = codec.encode([scene.town.ask(view(**about(second)), guest(second)) for view in views]).decode()

    pin = secrets.pop("PIN")
    assert second.booking.id in seen
    assert [name for name, value in secrets.items() if value in seen] == []
    assert f'"room_pin":"{pin}"' not in seen.replace(" ", "")
    with scene.town.houses["bookings"].engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, push_token FROM booking").all()
    moved_along = PLANTED["push token"] if how == "moved" else None
    assert {row.id: row.push_token for row in rows} == {first.booking.id: moved_along, second.booking.id: None}
    mine = [data for _, data in pushed(scene, f"private-booking-{first.booking.id}")]
    assert second.booking.id not in str(mine), "the first guest's channel hears nothing of the second"
    assert second.booking.id in str(pushed(scene, f"private-room-{HOTEL}-{ROOM}"))


def test_a_move_to_a_better_room_takes_the_nights_along_and_back(scene: Scene) -> None:
    before = left(scene, "SGL"), left(scene, "DBL")
    mine = living_in(scene, "101", nights=2)
    assert (left(scene, "SGL"), left(scene, "DBL")) == (before[0] - 1, before[1])

    better = moved(scene, mine, "105")

    assert better.warnings == ("ROOM_TYPE_MISMATCH",)
    assert (left(scene, "SGL"), left(scene, "DBL")) == (before[0], before[1] - 1)
    assert booking(scene, mine).total_amount == better.total_amount, "an upgrade costs nothing more"
    turned(scene, "101", RoomStatus.READY_FOR_GUEST)
    assert moved(scene, mine, "101").warnings == ()
    assert (left(scene, "SGL"), left(scene, "DBL")) == (before[0] - 1, before[1])
    assert (room(scene, "105").room_status, room(scene, "101").current_booking_id) == (RoomStatus.CHECKOUT_DIRTY, mine)
