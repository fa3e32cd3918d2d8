"""Moves: a guest in house vacates a room and occupies another, in one transaction."""

from chassis.refusal import Refusal
from contracts.rooms.assignments import RoomTaken
from contracts.rooms.moves import MoveGuest
from services.rooms.domain import assignments, moves, stays
from services.rooms.domain.assignments import room_taken
from services.rooms.domain.holds import sold_out
from services.rooms.steps import action_log, holds, room_access
from services.rooms.steps.occupancy import occupy, vacate
from services.rooms.work import RoomsWork


@action_log.once(RoomTaken)
def move_guest(command: MoveGuest, work: RoomsWork) -> RoomTaken:
    """Move the booking's guest to the room; a move to the guest's present room changes nothing.

    One statement locks both rooms, ascending, so that two guests who change places do not cause a deadlock.
    """
    hotel, hold, current = holds.read(command, work)
    if current is None or not current.moved_in:
        raise Refusal("NOT_CHECKED_IN", "Only a guest in house can be moved.")
    room_id = room_access.read(work, command.hotel, command.room_number).id
    rooms = work.rooms.lock([hotel.slug], [current.room_id, room_id])
    old, room = rooms[current.room_id], rooms[room_id]
    if room.id == old.id:
        return room_taken(room, warnings=assignments.type_warnings(room, hold))
    today = stays.local_day(work.now, hotel.timezone)
    nights = moves.remaining_nights(current.nights, today=today)
    others = work.periods.on_nights(room, nights)
    party, override = command.party, command.override
    size = moves.check_move_in(room, nights=nights, others=others, today=today, party=party, override=override)
    vacate(work, old, booking_id=hold.booking_id, action_id=command.action_id)
    work.periods.end(current, until=nights.check_in, now=work.now)
    work.periods.begin_stay(room, booking_id=hold.booking_id, nights=nights, now=work.now, moved_in_at=work.now)
    room = occupy(work, room, booking_id=hold.booking_id, action_id=command.action_id)
    if not holds.count_on_type(work, hold, room.room_type_id, today=today):
        raise sold_out(room.type_name)
    return room_taken(room, warnings=(*assignments.type_warnings(room, hold), *size))
