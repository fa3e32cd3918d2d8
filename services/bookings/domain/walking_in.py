"""Somebody who has not booked stands at the desk: from when their stay counts, and all that then happens at once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from chassis.refusal import Refusal
from contracts.bookings import (
    AddWalkIn,
    BookingEvent,
    BookingSource,
    CreateBooking,
    GuestCheckedIn,
    RoomAssigned,
)
from contracts.rooms.assignments import RoomTaken
from contracts.values import Actor, HotelSettings
from services.bookings.domain import creation, local_time
from services.bookings.domain.booking import Booking

ONE_NIGHT = timedelta(days=1)


def order(command: AddWalkIn, *, settings: HotelSettings, timezone: str, now: datetime) -> CreateBooking:
    """The booking that a walk-in makes. Refused `VALIDATION_ERROR` where it would begin on another day."""
    begins = _begins(command.check_in, settings, timezone, now)
    return CreateBooking(
        hotel=command.hotel,
        room_type="",
        check_in=begins,
        check_out=command.check_out or begins + ONE_NIGHT,
        adults=command.adults,
        children=command.children,
        guest=command.guest,
        special_requests=command.special_requests,
        source=BookingSource.STAFF,
        payment="none",
    )


def _begins(wanted: date | None, settings: HotelSettings, timezone: str, now: datetime) -> date:
    """Today at any hour; until the late-arrival cutoff also yesterday, for who comes after midnight."""
    today = local_time.local_date(now, timezone)
    if wanted in (None, today):
        return today
    late = now <= local_time.closes_at(today, settings.late_arrival_cutoff, timezone)
    if wanted == today - ONE_NIGHT and late:
        return wanted
    words = f"a walk-in begins today, and until {settings.late_arrival_cutoff} also yesterday"
    raise Refusal("VALIDATION_ERROR", f"check_in: {words}.", errors=[{"field": "check_in", "message": words}])


def begin(
    booking: Booking, request: CreateBooking, room: RoomTaken, *, by: Actor, now: datetime
) -> Sequence[BookingEvent]:
    """Held, confirmed, given the room and checked in, as one."""
    return (
        *creation.begin(booking, request, by=by, now=now),
        RoomAssigned(
            booking_id=booking.id,
            hotel=booking.hotel,
            room_number=room.room_number,
            room_type_code=room.room_type_code,
            by=by,
            assigned_at=now,
        ),
        GuestCheckedIn(
            booking_id=booking.id,
            hotel=booking.hotel,
            room_number=room.room_number,
            checked_in_at=now,
            checked_in_by=by,
        ),
    )
