"""The comparison of bookings in house with occupied rooms, on a real database."""

import pytest

from chassis.refusal import Unavailable
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import CheckOut
from contracts.rooms.occupancy import Census, MoveOut, RoomOccupancy, TakeCensus
from services.bookings.domain.ghosts import BookingPosition
from services.bookings.handlers.ghosts import take_census
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import about
from tests.unit.bookings.builders import HOTEL, OTHER_HOTEL


def occupancy(occupied_by: str | None = None, *claimed_by: str, hotel: str = HOTEL) -> RoomOccupancy:
    """The occupancy of room 101."""
    return RoomOccupancy(hotel=hotel, room_number="101", occupied_by=occupied_by, claimed_by=claimed_by)


def positions(service: BookingsUnderTest, *rooms: RoomOccupancy) -> dict[str, BookingPosition]:
    with service.unit_of_work.begin() as work:
        return work.ghosts.positions(rooms)


def compared(service: BookingsUnderTest, room: RoomOccupancy) -> list[tuple[str, str, str]]:
    """Kind, room and booking of each ghost, after a comparison with this room."""
    service.rooms.instead[TakeCensus] = lambda _: Census(rooms=(room,), last=None)
    service.rows("UPDATE census SET due_at = now()")
    assert not service.tick(take_census)
    return [tuple(row) for row in service.rows("SELECT kind, room_number, booking_id FROM ghost")]


def test_positions_are_those_of_named_bookings_and_of_guests_in_house_in_the_rooms(service: BookingsUnderTest) -> None:
    resident = service.in_house().booking.booking_id
    occupant, claimant, _ = (service.booked_by_staff().booking_id for _ in range(3))

    assert positions(service, occupancy(occupant, claimant, "BK-2020-NOBODY")) == {
        resident: BookingPosition(
            booking_id=resident, hotel=HOTEL, room_number="101", status=BookingStatus.IN_HOUSE, busy=False
        ),
    } | {
        booking_id: BookingPosition(
            booking_id=booking_id, hotel=HOTEL, room_number=None, status=BookingStatus.CONFIRMED, busy=False
        )
        for booking_id in (occupant, claimant)
    }
    assert positions(service, occupancy(hotel=OTHER_HOTEL)) == {}


def test_a_position_is_busy_while_the_booking_has_a_pending_action(service: BookingsUnderTest) -> None:
    booking_id = service.in_house().booking.booking_id
    service.rooms.instead[MoveOut] = Unavailable("rooms")
    with pytest.raises(Unavailable):
        service.ask(CheckOut(**about(booking_id)))

    assert positions(service, occupancy())[booking_id].busy


def test_a_guest_in_house_whose_room_is_not_occupied_is_a_ghost(service: BookingsUnderTest) -> None:
    booking_id = service.in_house().booking.booking_id

    assert compared(service, occupancy(booking_id, booking_id)) == []
    assert compared(service, occupancy()) == [("NOT_IN_ITS_ROOM", "101", booking_id)]


def test_a_room_occupied_by_a_booking_that_is_not_in_house_is_a_ghost(service: BookingsUnderTest) -> None:
    booking_id = service.booked_by_staff().booking_id

    assert compared(service, occupancy(booking_id)) == [("OCCUPIED_BY_NOBODY", "101", booking_id)]
