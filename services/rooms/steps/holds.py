"""Reads the live hold of a booking, which its action has locked, and moves the hold's nights to another room type."""

from dataclasses import replace
from datetime import date

from services.rooms.domain import holds
from services.rooms.domain.held_rooms import HeldRoom
from services.rooms.domain.holds import Hold
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.periods import Period
from services.rooms.domain.rooms import Room, existing
from services.rooms.steps import hotel_access
from services.rooms.steps.action_log import Action
from services.rooms.work import RoomsWork


def read(command: Action, work: RoomsWork) -> tuple[Hotel, Hold, Period | None]:
    """The hotel, the booking's live hold, and the booking's stay; None for a booking without a room.

    The hold is locked since the action began. Refused `NOTHING_HELD` without a live hold.
    """
    hotel_access.check_own(work.caller, command.hotel)
    held = work.held_rooms.get(command.hotel, command.booking_id)
    return _live(held)


def read_with_own_room(command: Action, work: RoomsWork) -> tuple[Hotel, Hold, Period | None, Room | None]:
    """As `read`, with the room of the stay, locked; None for a booking without a room."""
    hotel_access.check_own(work.caller, command.hotel)
    held = work.held_rooms.with_own_room(command.hotel, command.booking_id)
    return (*_live(held), held.room if held else None)


def read_with_room(command: Action, work: RoomsWork, room_number: str) -> tuple[Hotel, Hold, Period | None, Room]:
    """As `read`, with the hotel's room of this number, locked. Refused `ROOM_NOT_FOUND`."""
    hotel_access.check_own(work.caller, command.hotel)
    held = work.held_rooms.with_room(command.hotel, command.booking_id, room_number)
    return (*_live(held), existing(held.room if held else None))


def _live(held: HeldRoom | None) -> tuple[Hotel, Hold, Period | None]:
    if held is None:
        raise hotel_access.no_hotel()
    if held.hold is None or not held.hold.live:
        raise holds.nothing_held()
    return held.hotel, held.hold, held.stay


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
