"""Locks the live hold of a booking, and moves the hold's nights to another room type."""

from dataclasses import replace
from datetime import date

from services.rooms.domain import holds
from services.rooms.domain.holds import Hold
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.periods import Period
from services.rooms.steps import hotel_access
from services.rooms.steps.action_log import Action
from services.rooms.work import RoomsWork


def lock(command: Action, work: RoomsWork) -> tuple[Hotel, Hold, Period | None]:
    """Lock the booking's live hold; returns the hotel, the hold, and the booking's stay in a room.

    The stay is None where the booking has no room. Refused `NOTHING_HELD` without a live hold.
    """
    hotel = hotel_access.own(work, command.hotel)
    hold = work.holds.lock(command.hotel, command.booking_id)
    if hold is None or not hold.live:
        raise holds.nothing_held()
    return hotel, hold, work.periods.of_booking(hold.hotel, hold.booking_id)


def count_on_type(work: RoomsWork, hold: Hold, room_type_id: int, *, today: date) -> bool:
    """Move the hold's nights, from today on, to this room type.

    Returns False, and changes nothing, where the type is full on one of the nights.
    """
    parts, changes = holds.moved_to_type(hold.parts, room_type_id, from_on=max(today, hold.stay.check_in))
    if not changes:
        return True
    if not work.nights.shift([hold.hotel], changes):
        return False
    work.holds.write_parts([replace(hold, parts=parts)])
    return True
