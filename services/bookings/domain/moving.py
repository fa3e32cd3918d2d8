"""A guest in house changes rooms: when that may be asked for, and what is recorded once rooms has done it."""

from collections.abc import Sequence

from chassis.refusal import Refusal
from contracts.bookings import BookingEvent, BookingStatus, MoveRoom, RoomMoved
from contracts.rooms.assignments import RoomTaken
from services.bookings.domain.booking import Booking, PendingAction


def may_move(booking: Booking, command: MoveRoom) -> bool:
    """Whether rooms is to be asked; False where the guest lives there already. Refused `NOT_CHECKED_IN`."""
    if booking.status is not BookingStatus.IN_HOUSE:
        raise Refusal("NOT_CHECKED_IN", "Only a guest in house can be moved; assign another room instead.")
    return booking.assigned_room_number != command.to_room_number


def moved(booking: Booking, action: PendingAction, room: RoomTaken) -> Sequence[BookingEvent]:
    """The guest lives in the other room."""
    return (
        RoomMoved(
            booking_id=booking.id,
            hotel=booking.hotel,
            room_number=room.room_number,
            room_type_code=room.room_type_code,
            previous_room_number=booking.assigned_room_number or "",
            by=action.by,
            moved_at=action.started_at,
            warnings=room.warnings,
        ),
    )
