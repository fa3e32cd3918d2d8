"""Arrivals at the front desk: rooms are assigned, guests checked in, walk-ins received, no-shows marked."""

from __future__ import annotations

from datetime import timedelta

from contracts.bookings.asks import CreateBooking
from contracts.bookings.bulk_check_in import CheckInBookings
from contracts.bookings.room_plan import PlanRooms
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.bookings.stays import AssignRoom, CheckIn, GetCandidateRooms, MarkNoShow, UnassignRoom
from contracts.bookings.views import BookingRow, GuestDetails
from contracts.bookings.walk_ins import AddWalkIn
from contracts.rooms.availability import CheckAvailability
from contracts.rooms.events import RoomStatus
from contracts.rooms.room_availability import FindFreeRooms
from tests.simulation.actors.client import weighted
from tests.simulation.actors.colleague import Colleague

WALK_IN = GuestDetails(first_name="Will", last_name="Walker", email="", phone="")


def receive(colleague: Colleague) -> None:
    """Receive a guest who arrives today."""
    if booking := colleague.a_booking(BookingStatus.CONFIRMED, bucket="arrivals"):
        receive_guest(colleague, booking)


def receive_guest(colleague: Colleague, booking: BookingRow) -> None:
    """Assign a room to the guest's booking unless it has one, and check the guest in."""
    if not booking.has_room_assigned:
        _assign(colleague, booking)
    _check_in(colleague, booking)


def check_in_bookings(colleague: Colleague) -> None:
    """Check in a coach party: two guests at once, and a booking that does not exist."""
    arrivals = (colleague.a_booking(BookingStatus.CONFIRMED, bucket="arrivals") for _ in range(2))
    bookings = tuple(booking.id for booking in arrivals if booking)
    colleague.client.command(CheckInBookings(hotel=colleague.hotel.slug, booking_ids=(*bookings, "BK-2020-NOBODY")))


def assign(colleague: Colleague) -> None:
    """Assign a room to any confirmed booking, also in place of the room that it has."""
    if booking := colleague.a_booking(BookingStatus.CONFIRMED):
        _assign(colleague, booking)


def plan_rooms(colleague: Colleague) -> None:
    """Give rooms to all stays of the next days, or to one stay; seldom only look at the plan."""
    days = weighted(colleague.world, "days to plan", {1: 3, 3: 2, 31: 1})
    booking = colleague.a_booking(BookingStatus.CONFIRMED) if colleague.chance("one booking", 0.2) else None
    command = PlanRooms(
        hotel=colleague.hotel.slug,
        starts_on=colleague.today,
        until=colleague.today + timedelta(days=days),
        booking_ids=(booking.id,) if booking else None,
        dry_run=colleague.chance("only looks", 0.2),
    )
    colleague.client.command(command)


def unassign(colleague: Colleague) -> None:
    """Take a booking's room back."""
    if booking := colleague.a_booking(BookingStatus.CONFIRMED, has_room_assigned=True):
        colleague.client.command(UnassignRoom(**colleague.about(booking)))


def walk_in(colleague: Colleague) -> None:
    """Check in somebody who just walked in; seldom into a room that is not ready."""
    wrong = colleague.chance("any room", 0.1)
    room = colleague.a_room() if wrong else colleague.a_room(RoomStatus.READY_FOR_GUEST)
    if room is None:
        return
    nights = weighted(colleague.world, "nights", {1: 8, 2: 2})
    until = colleague.today + timedelta(days=nights)
    hotel = colleague.hotel.slug
    colleague.client.command(AddWalkIn(hotel=hotel, room_number=room.room_number, guest=WALK_IN, check_out=until))


def book(colleague: Colleague) -> None:
    """Book for a guest on the phone, with a card or without one."""
    first = colleague.today + timedelta(days=weighted(colleague.world, "days ahead", {0: 6, 1: 2, 30: 1}))
    until = first + timedelta(days=weighted(colleague.world, "nights", {1: 5, 3: 1}))
    hotel = colleague.hotel.slug
    query = CheckAvailability(hotel=hotel, check_in=first, check_out=until, adults=1)
    types = colleague.client.rows(query, lambda offer: offer.room_types)
    if not types:
        return
    payment = weighted(colleague.world, "payment", {"none": 3, "card": 1})
    colleague.client.command(
        CreateBooking(
            hotel=hotel,
            room_type=colleague.pick("room type", types).room_type_code,
            check_in=first,
            check_out=until,
            adults=1,
            children=0,
            guest=GuestDetails(first_name="Phil", last_name="Phone", email=f"phone@{colleague.client.name}.example"),
            source=BookingSource.STAFF,
            payment=payment,
        )
    )


def mark_no_show(colleague: Colleague) -> None:
    """Mark a guest who did not come, seldom without the fee."""
    booking = colleague.a_booking(BookingStatus.CONFIRMED)
    if booking is None:
        return
    waive = colleague.chance("waives the fee", 0.2)
    colleague.client.command(MarkNoShow(**colleague.about(booking), waive_fee=waive, reason="Ash cloud."))


def _assign(colleague: Colleague, booking: BookingRow) -> None:
    candidates = colleague.client.rows(GetCandidateRooms(**colleague.about(booking)), lambda reply: reply.rooms)
    numbers = [room.room_number for room in candidates]
    if colleague.chance("any room", 0.1):
        numbers = [*_every_room_number(colleague, booking), "999"]
    if numbers:
        number = numbers[0] if colleague.chance("the best room", 0.7) else colleague.pick("room", numbers)
        override = colleague.chance("overrides", 0.1)
        reason = "Only this one." if override else ""
        colleague.client.command(
            AssignRoom(**colleague.about(booking), room_number=number, override=override, reason=reason)
        )


def _every_room_number(colleague: Colleague, booking: BookingRow) -> list[str]:
    """The numbers of the rooms that are free on the booking's nights, and then of those that are not."""
    rooms = colleague.client.read(
        FindFreeRooms(hotel=colleague.hotel.slug, check_in=booking.check_in, check_out=booking.check_out)
    )
    if rooms is None:
        return []
    available = [room.room_number for room in rooms.available_rooms]
    return available + [room.room_number for room in rooms.unavailable_rooms]


def _check_in(colleague: Colleague, booking: BookingRow) -> None:
    early, late = colleague.chance("early", 0.3), colleague.chance("late", 0.3)
    colleague.client.command(CheckIn(**colleague.about(booking), early_checkin=early, late_arrival=late))
