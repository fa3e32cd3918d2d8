"""Front desk actions in tests: bookings without a card, rooms, arrivals, departures, housekeeping."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.asks import CreateBooking
from contracts.bookings.queries import GetBooking
from contracts.bookings.status import BookingSource
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, MoveRoom
from contracts.bookings.views import BookingDetail, GuestDetails
from contracts.bookings.walk_ins import AddWalkIn
from contracts.message import Ask
from contracts.rooms.events import RoomStatus
from contracts.rooms.rooms import GetRoom, RoomView
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Context
from tests.conversations.conftest import HOTEL, STAFF, PlatformFixture

SendAsk = Callable[[Ask[Any], Context], Any]
GUEST = GuestDetails(first_name="Ada", last_name="Guest", email="ada@example.com", phone="+353 1 5550100")


def confirmed(fixture: PlatformFixture, *, room_type: str = "", begins: int = 0, nights: int = 2) -> BookingDetail:
    """A booking by staff without a card, starting `begins` days from the hotel's date."""
    first = fixture.today() + timedelta(days=begins)
    request = CreateBooking(
        hotel=HOTEL,
        room_type=room_type or fixture.room_types()[0],
        check_in=first,
        check_out=first + timedelta(days=nights),
        adults=1,
        children=0,
        guest=GUEST,
        source=BookingSource.STAFF,
        payment="none",
    )
    return fixture.platform.ask(request, STAFF).booking


def assigned(fixture: PlatformFixture, booking_id: str, room_number: str, notes: str = "") -> BookingDetail:
    """The booking after the room was assigned."""
    return fixture.platform.ask(
        AssignRoom(hotel=HOTEL, booking_id=booking_id, room_number=room_number, notes=notes), STAFF
    )


def checked_in(fixture: PlatformFixture, booking_id: str) -> BookingDetail:
    """The booking after check-in."""
    return fixture.platform.ask(CheckIn(hotel=HOTEL, booking_id=booking_id), STAFF)


def in_house(fixture: PlatformFixture, room_number: str, **stay: Any) -> str:
    """The id of a new booking, checked in to this room."""
    booking = confirmed(fixture, **stay)
    assigned(fixture, booking.id, room_number)
    return checked_in(fixture, booking.id).id


def walked_in(fixture: PlatformFixture, room_number: str, **more: Any) -> BookingDetail:
    """The booking of a walk-in."""
    command = AddWalkIn(hotel=HOTEL, room_number=room_number, guest=GUEST, **more)
    return fixture.platform.ask(command, STAFF).booking


def moved(fixture: PlatformFixture, booking_id: str, room_number: str, **more: Any) -> BookingDetail:
    """The booking after the move to another room."""
    return fixture.platform.ask(MoveRoom(hotel=HOTEL, booking_id=booking_id, to_room_number=room_number, **more), STAFF)


def checked_out(fixture: PlatformFixture, booking_id: str) -> BookingDetail:
    """The booking after check-out."""
    return fixture.platform.ask(CheckOut(hotel=HOTEL, booking_id=booking_id), STAFF)


def booking(fixture: PlatformFixture, booking_id: str) -> BookingDetail:
    """The booking as staff see it."""
    return fixture.platform.ask(GetBooking(hotel=HOTEL, booking_id=booking_id), STAFF)


def room(fixture: PlatformFixture, number: str) -> RoomView:
    """The room as staff see it."""
    return fixture.platform.ask(GetRoom(hotel=HOTEL, room_number=number), STAFF)


def with_room_status(fixture: PlatformFixture, number: str, to_status: RoomStatus, **more: Any) -> RoomView:
    """The room after staff changed its status."""
    command = ChangeRoomStatus(hotel=HOTEL, room_number=number, to_status=to_status, note="for a test", **more)
    return fixture.platform.ask(command, STAFF)


def refusal(fixture: PlatformFixture, command: Ask[Any]) -> Refusal:
    """The refusal of a command by staff."""
    try:
        answer = fixture.platform.ask(command, STAFF)
    except Refusal as refused:
        return refused
    raise AssertionError(f"not refused, but answered {answer}")


def pushed(fixture: PlatformFixture, channel: str) -> list[tuple[str, dict[str, Any]]]:
    """The events pushed to a channel: names and data, in order."""
    return [(event["event"], event["data"]) for event in fixture.pusher.events(channel=channel)]


@contextmanager
def process_dies(fixture: PlatformFixture, kind: type[Ask[Any]], *, after: bool) -> Iterator[None]:
    """The bookings process crashes at this ask to rooms: `after` rooms has handled it, or before."""
    ask_server = fixture.platform.services["bookings"].ask_server
    original = fixture.platform.ask_from_service
    ask_server._ask = crashing(original, kind, after=after)
    try:
        yield
    finally:
        ask_server._ask = original


def crashing(ask: SendAsk, kind: type[Ask[Any]], *, after: bool) -> SendAsk:
    """The function `ask`, which fails for an ask of this kind as if the process crashed before or after its reply."""

    def send(message: Ask[Any], context: Context) -> Any:
        if isinstance(message, kind) and not after:
            raise Unavailable("the process crashed")
        reply = ask(message, context)
        if isinstance(message, kind):
            raise Unavailable("the process crashed")
        return reply

    return send


def make_timers_due(fixture: PlatformFixture) -> None:
    """Make all timers due and run until idle."""
    with fixture.platform.services["bookings"].engine.begin() as connection:
        connection.execute(sa.text("UPDATE booking SET action_due_at = now() WHERE action_due_at IS NOT NULL"))
        connection.execute(sa.text("UPDATE hold SET check_at = now() WHERE check_at IS NOT NULL"))
    fixture.settle()
