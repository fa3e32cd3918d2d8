"""What a front desk does all day, in a town: bookings without a card, rooms, arrivals, departures, housekeeping."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from chassis.refusal import Refusal, Unavailable
from contracts.bookings import (
    AddWalkIn,
    AssignRoom,
    BookingDetail,
    BookingSource,
    CheckIn,
    CheckOut,
    CreateBooking,
    GetBooking,
    GuestDetails,
    MoveRoom,
)
from contracts.message import Ask
from contracts.rooms import ChangeRoomStatus, GetRoom, RoomStatus, RoomView
from contracts.values import Context
from tests.conversations.conftest import HOTEL, STAFF, Scene

GUEST = GuestDetails(first_name="Ada", last_name="Guest", email="ada@example.com", phone="+353 1 5550100")


def confirmed(scene: Scene, *, room_type: str = "", begins: int = 0, nights: int = 2) -> BookingDetail:
    """A booking that staff made without a card, `begins` days from the hotel's today."""
    first = scene.today() + timedelta(days=begins)
    request = CreateBooking(
        hotel=HOTEL,
        room_type=room_type or scene.room_types()[0],
        check_in=first,
        check_out=first + timedelta(days=nights),
        adults=1,
        children=0,
        guest=GUEST,
        source=BookingSource.STAFF,
        payment="none",
    )
    return scene.town.ask(request, STAFF).booking


def assigned(scene: Scene, booking_id: str, room_number: str, notes: str = "") -> BookingDetail:
    """The booking with this room."""
    return scene.town.ask(AssignRoom(hotel=HOTEL, booking_id=booking_id, room_number=room_number, notes=notes), STAFF)


def checked_in(scene: Scene, booking_id: str) -> BookingDetail:
    """Its guest in house."""
    return scene.town.ask(CheckIn(hotel=HOTEL, booking_id=booking_id), STAFF)


def living_in(scene: Scene, room_number: str, **stay: Any) -> str:
    """The id of a new booking whose guest lives in this room."""
    booking = confirmed(scene, **stay)
    assigned(scene, booking.id, room_number)
    return checked_in(scene, booking.id).id


def walked_in(scene: Scene, room_number: str, **more: Any) -> BookingDetail:
    """The booking of somebody who stood at the desk."""
    command = AddWalkIn(hotel=HOTEL, room_number=room_number, guest=GUEST, **more)
    return scene.town.ask(command, STAFF).booking


def moved(scene: Scene, booking_id: str, room_number: str, **more: Any) -> BookingDetail:
    """Its guest in another room."""
    return scene.town.ask(MoveRoom(hotel=HOTEL, booking_id=booking_id, to_room_number=room_number, **more), STAFF)


def checked_out(scene: Scene, booking_id: str) -> BookingDetail:
    """Its guest gone."""
    return scene.town.ask(CheckOut(hotel=HOTEL, booking_id=booking_id), STAFF)


def booking(scene: Scene, booking_id: str) -> BookingDetail:
    """The booking as staff see it."""
    return scene.town.ask(GetBooking(hotel=HOTEL, booking_id=booking_id), STAFF)


def room(scene: Scene, number: str) -> RoomView:
    """The room as staff see it."""
    return scene.town.ask(GetRoom(hotel=HOTEL, room_number=number), STAFF)


def turned(scene: Scene, number: str, to_status: RoomStatus, **more: Any) -> RoomView:
    """The room after staff have sent it there."""
    command = ChangeRoomStatus(hotel=HOTEL, room_number=number, to_status=to_status, note="for a test", **more)
    return scene.town.ask(command, STAFF)


def refusal(scene: Scene, command: Ask[Any]) -> Refusal:
    """What staff are told instead of an answer."""
    try:
        answer = scene.town.ask(command, STAFF)
    except Refusal as refused:
        return refused
    raise AssertionError(f"not refused, but answered {answer}")


def pushed(scene: Scene, channel: str) -> list[tuple[str, dict[str, Any]]]:
    """What has come over a channel: names and data, in order."""
    return [(event["event"], event["data"]) for event in scene.pusher.events(channel=channel)]


@contextmanager
def dying(scene: Scene, kind: type[Ask[Any]], *, after: bool) -> Iterator[None]:
    """The process of bookings dies as it asks rooms this: `after` rooms has done it, or before."""
    ask_server = scene.town.houses["bookings"].ask_server
    really = scene.town.pass_on

    def dies(message: Ask[Any], context: Context) -> Any:
        if isinstance(message, kind) and not after:
            raise Unavailable("the process died")
        reply = really(message, context)
        if isinstance(message, kind):
            raise Unavailable("the process died")
        return reply

    ask_server._ask = dies
    try:
        yield
    finally:
        ask_server._ask = really


def a_minute_passes(scene: Scene) -> None:
    """What timers wait for by the wall's clock is due."""
    with scene.town.houses["bookings"].engine.begin() as connection:
        connection.execute(sa.text("UPDATE booking SET action_due_at = now() WHERE action_due_at IS NOT NULL"))
        connection.execute(sa.text("UPDATE hold SET check_at = now() WHERE check_at IS NOT NULL"))
    scene.settle()
