"""A guest moves into the booking's room, and out of it."""

from chassis.refusal import Refusal
from contracts.rooms import MoveIn, MoveOut, RoomOccupiedReply, RoomStatus, RoomTaken
from services.rooms.domain.inventory import Ending
from services.rooms.handlers.assigning import answered, finished, held_by, taken
from services.rooms.handlers.dwelling import occupy
from services.rooms.handlers.ending import settle
from services.rooms.work import RoomsWork


def move_in(command: MoveIn, work: RoomsWork) -> RoomOccupiedReply:
    """The room is lived in from now on; it must be ready."""
    done = answered(command, work, RoomOccupiedReply)
    if done:
        return done
    hotel, hold = held_by(command, work)
    stay = work.periods.of_bookings([hold.booking_id]).get(hold.booking_id)
    if stay is None:
        raise Refusal("NO_ROOM_ASSIGNED", "The booking has no room.")
    room = work.rooms.lock([stay.room_id])[stay.room_id]
    if room.occupied_by != hold.booking_id:
        if room.status is not RoomStatus.READY_FOR_GUEST:
            raise Refusal("ROOM_NOT_READY", f"Room {room.room_number} is not ready for a guest.")
        work.periods.moved_in(stay, now=work.now)
        room = occupy(work, room, booking_id=hold.booking_id, action_id=command.action_id)
    return finished(command, work, RoomOccupiedReply(room=taken(room), wifi=hotel.wifi))


def move_out(command: MoveOut, work: RoomsWork) -> RoomTaken:
    """The room is to be cleaned, and the nights from `left_on` on are free again."""
    done = answered(command, work, RoomTaken)
    if done:
        return done
    _, hold = held_by(command, work)
    stay = work.periods.of_bookings([hold.booking_id]).get(hold.booking_id)
    if stay is None or not stay.moved_in:
        raise Refusal("CHECKOUT_FAILED", "Booking has no assigned room to checkout from")
    ending = Ending(booking_id=hold.booking_id, from_on=command.left_on, action_id=command.action_id, note=command.note)
    left = settle(work, {hold.booking_id: ending})
    return finished(command, work, taken(left[hold.booking_id]))
