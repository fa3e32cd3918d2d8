"""Moves guests in and out of rooms, clears a room, and lists the occupancy of all rooms."""

from datetime import timedelta

from chassis.refusal import Refusal
from contracts.rooms.assignments import RoomTaken
from contracts.rooms.occupancy import Census, ClearRoom, MoveIn, MoveOut, RoomOccupiedReply, TakeCensus
from services.rooms.domain import moves
from services.rooms.domain.assignments import room_taken
from services.rooms.domain.held_rooms import Ending
from services.rooms.domain.holds import Hold
from services.rooms.domain.periods import Period
from services.rooms.domain.rooms import Room
from services.rooms.steps import action_log, holds, hotel_access, releases, room_access
from services.rooms.steps.occupancy import occupy, vacate
from services.rooms.work import RoomsWork

MOST_ROOMS = 500
# Longer than bookings takes to store a booking whose guest has moved in here.
STORED_WITHIN = timedelta(minutes=1)


@action_log.once(RoomOccupiedReply)
def move_in(command: MoveIn, work: RoomsWork) -> RoomOccupiedReply:
    """Move the guest into the booking's room, which must be ready."""
    hotel, hold, stay, room = holds.read_with_own_room(command, work)
    if stay is None or room is None:
        raise Refusal("NO_ROOM_ASSIGNED", "The booking has no room.")
    if room.occupied_by != hold.booking_id:
        moves.check_ready(room)
        work.periods.mark_moved_in(stay, now=work.now)
        room = occupy(work, room, booking_id=hold.booking_id, action_id=command.action_id)
    return RoomOccupiedReply(room=room_taken(room), wifi=hotel.wifi)


@action_log.once(RoomTaken)
def move_out(command: MoveOut, work: RoomsWork) -> RoomTaken:
    """Move the guest out of the room, and release the nights from `left_on` on."""
    _, hold, stay, room = holds.read_with_own_room(command, work)
    if stay is None or room is None or not stay.moved_in:
        raise Refusal("CHECKOUT_FAILED", "Booking has no assigned room to checkout from")
    room = vacate(work, room, booking_id=hold.booking_id, action_id=command.action_id, note=command.note)
    releases.end(work, [Ending(hold=hold, stay=stay, from_on=command.left_on)])
    return room_taken(room)


@action_log.once(RoomTaken)
def clear_room(command: ClearRoom, work: RoomsWork) -> RoomTaken:
    """Vacate the room. If `ended` is set, also end the booking's hold and stay, and release the nights."""
    hotel_access.check_own(work.caller, command.hotel)
    held = work.held_rooms.get(command.hotel, command.booking_id)
    hold, stay = (held.hold, held.stay) if held else (None, None)
    room_id = room_access.read(work, command.hotel, command.room_number).id
    rooms = work.rooms.lock([command.hotel], {room_id, stay.room_id} if stay else {room_id})
    _check_clear(command, work, rooms[room_id], stay)
    for room in rooms.values():
        if room.occupied_by == command.booking_id:
            vacate(work, room, booking_id=command.booking_id, action_id=command.action_id, note=command.note)
    if command.ended:
        _release(command, work, hold, stay)
    elif stay:
        work.periods.unmark_moved_in(stay)
    return room_taken(room_access.read(work, command.hotel, command.room_number))


def take_census(query: TakeCensus, work: RoomsWork) -> Census:
    if work.caller.kind != "system":
        raise Refusal("PERMISSION_DENIED", "Only our own services count rooms.")
    limit = min(max(query.limit, 1), MOST_ROOMS)
    page = work.rooms.census(after=query.after, limit=limit)
    return Census(rooms=tuple(page.values()), last=max(page) if len(page) == limit else None)


def _check_clear(command: ClearRoom, work: RoomsWork, room: Room, stay: Period | None) -> None:
    moves.check_may_clear(room, command.booking_id, force=command.ended and command.force)
    if command.unwritten and stay and work.periods.has_moved_in_since(stay, work.now - STORED_WITHIN):
        raise Refusal("ACTION_IN_PROGRESS", f"A guest is just moving into room {room.room_number}.")


def _release(command: ClearRoom, work: RoomsWork, hold: Hold | None, stay: Period | None) -> None:
    if hold and hold.live:
        releases.end(work, [Ending(hold=hold, stay=stay, from_on=command.left_on)])
    elif stay:
        work.periods.end(stay, until=command.left_on or stay.nights.check_in, now=work.now)
