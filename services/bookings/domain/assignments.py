"""Assignments of rooms to confirmed bookings, and locks: a locked room is promised, and no room plan moves the stay."""

from datetime import datetime

from chassis.refusal import Refusal
from contracts.bookings.events import BookingEvent
from contracts.bookings.status import BookingStatus
from contracts.bookings.stays import RoomAssigned, RoomLocked
from contracts.rooms.assignments import RoomTaken
from contracts.values import Actor
from services.bookings.domain.booking import Booking
from services.bookings.domain.pending_action import PendingAction


def require_assignable(booking: Booking) -> None:
    """Admit only confirmed bookings. Refused `BOOKING_ALREADY_CHECKED_IN`, `BOOKING_STATUS_NOT_ASSIGNABLE`."""
    if booking.status is BookingStatus.IN_HOUSE:
        raise Refusal("BOOKING_ALREADY_CHECKED_IN", "The guest is in house: move them instead.")
    if booking.status is not BookingStatus.CONFIRMED:
        raise Refusal("BOOKING_STATUS_NOT_ASSIGNABLE", f"A room cannot be given to what is {booking.status}.")


def room_assigned(booking: Booking, intent: PendingAction, room: RoomTaken) -> tuple[BookingEvent, ...]:
    """The events of the room that the rooms service has given to the booking; with the lock that the intent has."""
    assigned = RoomAssigned(
        **booking.about,
        room_number=room.room_number,
        room_type_code=room.room_type_code,
        by=intent.by,
        assigned_at=intent.started_at,
        previous_room_number=booking.assigned_room_number,
        warnings=room.warnings,
    )
    lock = _lock(booking, room.room_number, by=intent.by, at=intent.started_at)
    return (assigned, lock) if intent.locked else (assigned,)


def lock_changed(booking: Booking, *, locked: bool | None, by: Actor, now: datetime) -> tuple[RoomLocked, ...]:
    """The event of a lock of the booking's room, or where `locked` is False of its end; none where nothing changes.

    None as `locked` changes nothing. Refused `NO_ROOM_ASSIGNED` for a lock without a room; raises the refusals of
    `require_assignable`.
    """
    if locked is None or locked == booking.room_locked:
        return ()
    if booking.assigned_room_number is None:
        raise Refusal("NO_ROOM_ASSIGNED", "The booking has no room that can be locked.")
    require_assignable(booking)
    return (_lock(booking, booking.assigned_room_number, by=by, at=now, locked=locked),)


def _lock(booking: Booking, room_number: str, *, by: Actor, at: datetime, locked: bool = True) -> RoomLocked:
    return RoomLocked(**booking.about, room_number=room_number, locked=locked, by=by, changed_at=at)
