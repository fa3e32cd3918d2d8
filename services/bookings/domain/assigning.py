"""A booking's room: when it may be given or taken back, and what is recorded once rooms has done it."""

from collections.abc import Sequence

from chassis.refusal import Refusal
from contracts.bookings import AssignRoom, BookingEvent, BookingStatus, RoomAssigned, RoomUnassigned
from contracts.rooms.assignments import RoomTaken
from services.bookings.domain.booking import Booking, PendingAction


def may_assign(booking: Booking, command: AssignRoom) -> bool:
    """Whether rooms is to be asked; False where the booking has that room already."""
    _assignable(booking)
    return booking.assigned_room_number != command.room_number


def may_unassign(booking: Booking) -> bool:
    """Whether there is a room to take back."""
    _assignable(booking)
    return booking.assigned_room_number is not None


def assigned(booking: Booking, action: PendingAction, room: RoomTaken) -> Sequence[BookingEvent]:
    """The room is the booking's."""
    return (
        RoomAssigned(
            booking_id=booking.id,
            hotel=booking.hotel,
            room_number=room.room_number,
            room_type_code=room.room_type_code,
            by=action.by,
            assigned_at=action.started_at,
            previous_room_number=booking.assigned_room_number,
            warnings=room.warnings,
        ),
    )


def unassigned(booking: Booking, action: PendingAction) -> Sequence[BookingEvent]:
    """The booking has no room any more."""
    return (
        RoomUnassigned(
            booking_id=booking.id,
            hotel=booking.hotel,
            room_number=booking.assigned_room_number or "",
            by=action.by,
            unassigned_at=action.started_at,
        ),
    )


def _assignable(booking: Booking) -> None:
    if booking.status is BookingStatus.IN_HOUSE:
        raise Refusal("BOOKING_ALREADY_CHECKED_IN", "The guest is in house: move them instead.")
    if booking.status is not BookingStatus.CONFIRMED:
        raise Refusal("BOOKING_STATUS_NOT_ASSIGNABLE", f"A room cannot be given to what is {booking.status}.")
