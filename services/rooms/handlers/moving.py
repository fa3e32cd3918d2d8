"""A guest in house changes rooms: the old one is to be cleaned, the new one is lived in, in one transaction."""

from chassis.refusal import Refusal
from contracts.rooms import MoveGuest, RoomTaken
from services.rooms.domain import assigning, moving, stays
from services.rooms.handlers.assigning import answered, count_on, finished, held_by, taken
from services.rooms.handlers.dwelling import occupy, vacate
from services.rooms.handlers.seeing import known
from services.rooms.work import RoomsWork


def move_guest(command: MoveGuest, work: RoomsWork) -> RoomTaken:
    """The booking's guest lives in this room from now on, and no longer in the one before.

    Both rooms are locked in one statement, ascending, so that guests who change places do not wait for each other.
    """
    done = answered(command, work, RoomTaken)
    if done:
        return done
    hotel, hold = held_by(command, work)
    before = work.periods.of_bookings([hold.booking_id]).get(hold.booking_id)
    if before is None or not before.moved_in:
        raise Refusal("NOT_CHECKED_IN", "Only a guest in house can be moved.")
    wanted = known(work.rooms.get(command.hotel, command.room_number)).id
    rooms = work.rooms.lock([before.room_id, wanted])
    old, room = rooms[before.room_id], rooms[wanted]
    if room.id == old.id:
        return finished(command, work, taken(room, warnings=assigning.mismatch(room, hold)))
    today = stays.local_day(work.now, hotel.timezone)
    nights = moving.rest(before.nights, today=today)
    moving.move_into(room, nights=nights, others=work.periods.on_nights(room.id, nights), today=today)
    vacate(work, old, booking_id=hold.booking_id, action_id=command.action_id)
    work.periods.end(before, until=nights.check_in, now=work.now)
    work.periods.stay(
        room.id, room.room_number, booking_id=hold.booking_id, nights=nights, now=work.now, moved_in_at=work.now
    )
    room = occupy(work, room, booking_id=hold.booking_id, action_id=command.action_id)
    if not count_on(work, hold, room.room_type_id, today=today):
        raise Refusal("SOLD_OUT", f"{room.type_name} is sold out on some of these nights.")
    return finished(command, work, taken(room, warnings=assigning.mismatch(room, hold)))
