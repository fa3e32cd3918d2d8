"""Walk-ins: a guest arrives without a booking, and the booking is created and checked in at once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from chassis.refusal import Refusal
from contracts.bookings.asks import CreateBooking
from contracts.bookings.events import BookingEvent
from contracts.bookings.status import BookingSource
from contracts.bookings.stays import GuestCheckedIn, RoomAssigned
from contracts.bookings.walk_ins import AddWalkIn
from contracts.rooms.assignments import RoomTaken
from contracts.values import Actor, HotelSettings
from services.bookings.domain import creation, local_time
from services.bookings.domain.booking import Booking

ONE_NIGHT = timedelta(days=1)


def booking_request(command: AddWalkIn, *, settings: HotelSettings, timezone: str, now: datetime) -> CreateBooking:
    """The command that creates the booking.

    Refused `VALIDATION_ERROR` unless the stay begins today or, until the late-arrival cutoff, yesterday.
    """
    check_in = _check_in(command.check_in, settings, timezone, now)
    return CreateBooking(
        hotel=command.hotel,
        room_type="",
        check_in=check_in,
        check_out=command.check_out or check_in + ONE_NIGHT,
        adults=command.adults,
        children=command.children,
        guest=command.guest,
        special_requests=command.special_requests,
        source=BookingSource.STAFF,
        payment="none",
    )


def _check_in(requested: date | None, settings: HotelSettings, timezone: str, now: datetime) -> date:
    """The check-in date (hotel-local): today. Until the late-arrival cutoff, yesterday may be requested, too."""
    today = local_time.local_date(now, timezone)
    if requested in (None, today):
        return today
    late = now <= local_time.closes_at(today, settings.late_arrival_cutoff, timezone)
    if requested == today - ONE_NIGHT and late:
        return requested
    words = f"a walk-in begins today, and until {settings.late_arrival_cutoff} also yesterday"
    raise Refusal("VALIDATION_ERROR", f"check_in: {words}.", errors=[{"field": "check_in", "message": words}])


def begin(
    booking: Booking, request: CreateBooking, room: RoomTaken, *, by: Actor, now: datetime
) -> Sequence[BookingEvent]:
    """The events of a walk-in: the hold, the confirmation, the room assignment and the check-in."""
    return (
        *creation.begin(booking, request, by=by, now=now),
        RoomAssigned(
            **booking.about,
            room_number=room.room_number,
            room_type_code=room.room_type_code,
            by=by,
            assigned_at=now,
            warnings=room.warnings,
        ),
        GuestCheckedIn(
            **booking.about,
            room_number=room.room_number,
            checked_in_at=now,
            checked_in_by=by,
        ),
    )
