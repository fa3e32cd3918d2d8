"""Guests in house and departures: check-outs, also of many rooms at once, moves, extensions, overstays, balances."""

from __future__ import annotations

from datetime import timedelta

from contracts.bookings.balance import RefundAtDesk, SettleBalance
from contracts.bookings.bulk_check_out import CheckOutRooms
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.overstays import AcknowledgeOverstay, GetOverstay
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import CheckOut, MoveRoom
from contracts.bookings.views import BookingRow
from contracts.rooms.events import RoomStatus
from contracts.rooms.rooms import ListRooms
from contracts.values import Permission
from tests.simulation.actors.colleague import Colleague

IN_HOUSE = BookingStatus.IN_HOUSE
SETTLEABLE_STATUSES = (
    BookingStatus.CONFIRMED,
    IN_HOUSE,
    BookingStatus.COMPLETED,
    BookingStatus.CANCELLED,
    BookingStatus.NO_SHOW,
)


def check_out(colleague: Colleague) -> None:
    """Check a guest out."""
    if booking := colleague.a_booking(IN_HOUSE):
        check_out_guest(colleague, booking)


def check_out_guest(colleague: Colleague, booking: BookingRow) -> None:
    """Check the guest of a booking out, after a look at what is owed."""
    if colleague.chance("looks first", 0.2):
        colleague.client.command(CheckOut(**colleague.about(booking), confirm=False))
    colleague.client.command(CheckOut(**colleague.about(booking)))


def check_out_rooms(colleague: Colleague) -> None:
    """Check out the guests of some rooms at once, by number and by id."""
    rooms = colleague.client.rows(ListRooms(hotel=colleague.hotel.slug, occupied=True), lambda reply: reply.results)
    if not rooms:
        return
    one, other = colleague.pick("room", rooms), colleague.pick("room", rooms)
    numbers: tuple[int | str, ...] = (one.room_number, other.id, "999")
    permitted = Permission.SUPERUSER in colleague.client.context.caller.permissions
    destructive = permitted and colleague.chance("destructive", 0.3)
    colleague.client.command(
        CheckOutRooms(hotel=colleague.hotel.slug, rooms=numbers, destructive=destructive, reason="Fire drill.")
    )


def move(colleague: Colleague) -> None:
    """Move a guest to another room."""
    booking = colleague.a_booking(IN_HOUSE)
    wrong = colleague.chance("any room", 0.2)
    room = colleague.a_room() if wrong else colleague.a_room(RoomStatus.READY_FOR_GUEST)
    if booking and room:
        override = colleague.chance("overrides", 0.3)
        about, number = colleague.about(booking), room.room_number
        colleague.client.command(MoveRoom(**about, to_room_number=number, reason="Noise.", override=override))


def extend(colleague: Colleague) -> None:
    """Let a guest stay for more nights, seldom for fewer or too many."""
    booking = colleague.a_booking(IN_HOUSE)
    if booking is None:
        return
    if colleague.chance("by date", 0.3):
        days = colleague.pick("days", (-1, 0, 1, 2, 900))
        until = booking.check_out + timedelta(days=days)
        colleague.client.command(ExtendBooking(**colleague.about(booking), new_check_out=until))
    else:
        colleague.client.command(ExtendBooking(**colleague.about(booking), add_nights=1))


def handle_overstay(colleague: Colleague) -> None:
    """Acknowledge or dismiss an overstay, or try to where there is none."""
    booking = colleague.a_booking(IN_HOUSE)
    if booking is None:
        return
    state = colleague.client.read(GetOverstay(**colleague.about(booking)))
    if (state and state.is_overstay) or colleague.chance("tries anyway", 0.2):
        dismiss = colleague.chance("dismisses", 0.4)
        colleague.client.command(AcknowledgeOverstay(**colleague.about(booking), note="Asleep.", dismiss=dismiss))


def settle(colleague: Colleague) -> None:
    """Take or give back money at the desk: all that is owed, a part, or too much."""
    booking = colleague.a_booking(*SETTLEABLE_STATUSES)
    if booking is None:
        return
    amount = colleague.pick("amount", (None, None, "5.00", "1", "99999.00", "0.001"))
    kind = colleague.pick("direction", (SettleBalance, SettleBalance, RefundAtDesk))
    colleague.client.command(kind(**colleague.about(booking), amount=amount))
