"""The front desk: approves, assigns a room, checks in, and checks out a day later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.approval import ApproveBooking
from contracts.bookings.queries import ListBookings
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, GetCandidateRooms
from contracts.bookings.status import BookingStatus
from contracts.bookings.views import BookingDetail
from tests.simulation.hotel import HOTELS, staff

if TYPE_CHECKING:
    from tests.simulation.world import World

ROUNDS = 60


def desk(world: World) -> None:
    """Do what each booking of each hotel needs next, round after round."""
    for _ in range(ROUNDS):
        moved = False
        for hotel in HOTELS:
            for booking in _bookings(world, hotel):
                moved = _serve(world, hotel, booking) or moved
        world.sleep(10.0 if moved else world.choices.pick("the desk's pause", (20.0, 3_600.0, 6 * 3_600.0)))


def _bookings(world: World, hotel: str) -> list[Any]:
    try:
        return list(world.ask(ListBookings(hotel=hotel), staff(hotel)).results)
    except (Unavailable, Refusal):
        return []


def _serve(world: World, hotel: str, booking: Any) -> bool:
    context, names = staff(hotel), {"hotel": hotel, "booking_id": booking.id}
    try:
        if booking.status is BookingStatus.PENDING_APPROVAL:
            world.ask(ApproveBooking(**names), context)
        elif booking.status is BookingStatus.CONFIRMED and not booking.assigned_room_number:
            rooms = world.ask(GetCandidateRooms(**names), context).rooms
            if not rooms:
                return False
            world.ask(AssignRoom(**names, room_number=world.choices.pick("room", rooms).room_number), context)
        elif booking.status is BookingStatus.CONFIRMED:
            checked_in: BookingDetail = world.ask(CheckIn(**names), context)
            assert checked_in.status is BookingStatus.IN_HOUSE
        elif booking.status is BookingStatus.IN_HOUSE and world.choices.chance("the guest leaves", 0.5):
            world.ask(CheckOut(**names), context)
            world.shares["check-out"] += 1
        else:
            return False
    except (Unavailable, Refusal):
        return False
    return True
