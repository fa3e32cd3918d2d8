"""Undo: takes back the steps of a stay, and says before whether that is possible."""

from contracts.rooms.assignments import RoomTaken
from contracts.rooms.undo import CheckUndo, UndoCheck, UndoMoveIn
from services.rooms.domain import undo
from services.rooms.domain.assignments import room_taken
from services.rooms.steps import action_log, holds, hotel_access
from services.rooms.steps.occupancy import vacate
from services.rooms.work import RoomsWork


@action_log.once(RoomTaken)
def undo_move_in(command: UndoMoveIn, work: RoomsWork) -> RoomTaken:
    """Move the guest out of the room, which stays assigned. Refused `CANNOT_UNDO`.

    A room that the guest does not occupy, because of a ghost, stays as it is.
    """
    _, hold, stay, room = holds.read_with_own_room(command, work)
    act = undo.act_of_move_in(command.room_status)
    slept_elsewhere = work.undo.slept_elsewhere(command.hotel, command.booking_id)
    undo.check(undo.refusals_of_move_in(stay, slept_elsewhere=slept_elsewhere))
    if stay is None or room is None:
        raise LookupError(f"{hold.booking_id} has a stay without a room")
    work.periods.unmark_moved_in(stay)
    if room.occupied_by == hold.booking_id:
        room = vacate(work, room, booking_id=hold.booking_id, action_id=command.action_id, act=act)
    return room_taken(room)


def check_undo(query: CheckUndo, work: RoomsWork) -> UndoCheck:
    """Whether this service can undo its part of the step now; reads without a lock."""
    hotel = hotel_access.own(work, query.hotel)
    held = work.held_rooms.get(hotel.slug, query.booking_id)
    stay = held.stay if held else None
    [room] = work.rooms.named(hotel.slug, ids=[stay.room_id], numbers=()) if stay else [None]
    slept_elsewhere = work.undo.slept_elsewhere(hotel.slug, query.booking_id)
    return UndoCheck(
        refusals=undo.refusals_of_move_in(stay, slept_elsewhere=slept_elsewhere),
        room_number=room.room_number if room else None,
        room_status=room.status if room else None,
    )
