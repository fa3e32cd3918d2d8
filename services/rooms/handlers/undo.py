"""Undo: takes back the steps of a stay, and says before whether that is possible."""

from datetime import date

from contracts.rooms.assignments import RoomTaken
from contracts.rooms.events import InventoryHeld
from contracts.rooms.occupancy import RoomOccupiedReply
from contracts.rooms.undo import CheckUndo, HeldAgain, HoldAgain, UndoCheck, UndoMoveIn, UndoMoveOut, UndoStep
from services.rooms.domain import stays, undo
from services.rooms.domain.assignments import room_taken
from services.rooms.domain.held_rooms import HeldRoom
from services.rooms.domain.holds import Hold, change
from services.rooms.domain.rooms import Room
from services.rooms.domain.undo import Refusals, Return
from services.rooms.steps import action_log, holds, hotel_access
from services.rooms.steps.occupancy import occupy, vacate
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


@action_log.once(RoomOccupiedReply)
def undo_move_out(command: UndoMoveOut, work: RoomsWork) -> RoomOccupiedReply:
    """Move the guest back into the room, and sell the freed nights again. Refused `CANNOT_UNDO`.

    The stay's exclusion constraint and the night counters decide; the night counters are the last lock.
    """
    held = _held(work, command.hotel, command.booking_id)
    guest = _returning(work, held, command.booking_id, command.check_out, lock=True)
    if guest is None:
        undo.check((undo.NEVER_LEFT,))
        raise LookupError(command.booking_id)
    undo.check(_refusals_of_return(work, guest))
    if not work.undo.revive_stay(guest.stay, until=guest.nights.check_out):
        undo.check((undo.ROOM_TAKEN,))
    act = undo.act_of_return(guest.room)
    room = guest.room
    if act:
        room = occupy(work, room, booking_id=command.booking_id, action_id=command.action_id, act=act)
    _revive(work, guest.revived, room.type_code)
    if guest.sold_again and not work.nights.shift([command.hotel], [change(guest.sold_again, by=1)]):
        undo.check((undo.NIGHTS_SOLD,))
    return RoomOccupiedReply(room=room_taken(room), wifi=held.hotel.wifi)


@action_log.once(HeldAgain)
def hold_again(command: HoldAgain, work: RoomsWork) -> HeldAgain:
    """Sell the nights of a no-show again, from today on. Refused `CANNOT_UNDO`, `ACTION_IN_PROGRESS`.

    While the hold is live, or the event of the no-show was not applied, that event is still on its way, and would
    release nights sold before it.
    """
    held = _held(work, command.hotel, command.booking_id)
    today = stays.local_day(work.now, held.hotel.timezone)
    undo.check(undo.refusals_of_hold(held.hold, today=today))
    if work.undo.applied_events(command.booking_id) < command.released_by:
        undo.check((undo.STILL_HELD,))
    if held.hold is None:
        raise LookupError(command.booking_id)
    hold = undo.held_again(held.hold, today=today)
    _revive(work, hold, work.undo.type_code(hold))
    if not work.nights.shift([command.hotel], [change(part, by=1) for part in hold.parts]):
        undo.check((undo.NIGHTS_SOLD,))
    return HeldAgain(first_night=hold.stay.check_in)


def check_undo(query: CheckUndo, work: RoomsWork) -> UndoCheck:
    """Whether this service can undo its part of the step now; reads without a lock."""
    held = _held(work, query.hotel, query.booking_id)
    if query.step is UndoStep.CHECK_OUT:
        return _check_return(work, held, query)
    if query.step is UndoStep.NO_SHOW:
        return _check_hold(work, held)
    stay = held.stay
    slept_elsewhere = work.undo.slept_elsewhere(query.hotel, query.booking_id)
    room = _room(work, query.hotel, stay.room_id, lock=False) if stay else None
    return _checked(undo.refusals_of_move_in(stay, slept_elsewhere=slept_elsewhere), room)


def _check_return(work: RoomsWork, held: HeldRoom, query: CheckUndo) -> UndoCheck:
    guest = _returning(work, held, query.booking_id, query.check_out, lock=False)
    if guest is None:
        return _checked((undo.NEVER_LEFT,), None)
    refusals, part = _refusals_of_return(work, guest), guest.sold_again
    if not refusals and part and work.nights.full(query.hotel, part.room_type_id, part.first_night, part.until):
        refusals = (undo.NIGHTS_SOLD,)
    return _checked(refusals, guest.room)


def _check_hold(work: RoomsWork, held: HeldRoom) -> UndoCheck:
    today = stays.local_day(work.now, held.hotel.timezone)
    refusals = undo.refusals_of_hold(held.hold, today=today)
    if refusals or held.hold is None:
        return UndoCheck(refusals=refusals)
    stay = undo.held_again(held.hold, today=today).stay
    full = work.nights.full(held.hold.hotel, held.hold.room_type_id, stay.check_in, stay.check_out)
    return UndoCheck(refusals=(undo.NIGHTS_SOLD,) if full else (), first_night=stay.check_in)


def _checked(refusals: Refusals, room: Room | None) -> UndoCheck:
    number, status = (room.room_number, room.status) if room else (None, None)
    return UndoCheck(refusals=refusals, room_number=number, room_status=status)


def _held(work: RoomsWork, hotel: str, booking_id: str) -> HeldRoom:
    hotel_access.check_own(work.caller, hotel)
    held = work.held_rooms.get(hotel, booking_id)
    if held is None:
        raise hotel_access.no_hotel()
    return held


def _returning(work: RoomsWork, held: HeldRoom, booking_id: str, check_out: date, *, lock: bool) -> Return | None:
    """The return of the booking's guest, with the room locked where `lock`; None where the guest has left no room."""
    hold = held.hold
    if hold is None or hold.live or held.stay:
        return None
    stay = work.undo.last_stay(hold.hotel, booking_id, left_on=hold.stay.check_out)
    room = _room(work, hold.hotel, stay.room_id, lock=lock) if stay else None
    return Return(hold=hold, stay=stay, room=room, check_out=check_out) if stay and room else None


def _room(work: RoomsWork, hotel: str, room_id: int, *, lock: bool) -> Room | None:
    if lock:
        return work.rooms.lock([hotel], [room_id]).get(room_id)
    return next(iter(work.rooms.named(hotel, ids=[room_id], numbers=[])), None)


def _refusals_of_return(work: RoomsWork, guest: Return) -> Refusals:
    return undo.refusals_of_return(guest, others=work.periods.on_nights(guest.room, guest.nights))


def _revive(work: RoomsWork, revived: Hold, room_type_code: str) -> None:
    """Make the ended hold live with its parts, and publish that its nights are held."""
    version = work.undo.revive_hold(revived)
    work.holds.write_parts([revived])
    event = InventoryHeld(
        booking_id=revived.booking_id,
        hotel=revived.hotel,
        room_type_code=room_type_code,
        check_in=revived.stay.check_in,
        check_out=revived.stay.check_out,
        held_at=work.now,
    )
    work.publish(event, sequence=version)
