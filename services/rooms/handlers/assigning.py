"""Giving a booking a room, taking it back, and finding one that would suit."""

from datetime import date
from typing import TypeVar

from chassis import codec
from chassis.refusal import Refusal
from contracts.message import Nothing
from contracts.rooms import CandidateRoom, Candidates, FindCandidates, GiveRoom, RoomStatus, RoomTaken, TakeRoomBack
from contracts.rooms.extensions import ExtendStay
from contracts.rooms.moves import MoveGuest
from contracts.rooms.occupancy import ClearRoom, MoveIn, MoveOut
from contracts.rooms.walk_ins import ReceiveWalkIn
from services.rooms.domain import assigning, candidates, inventory, stays
from services.rooms.domain.assigning import Room
from services.rooms.domain.candidates import Candidate
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.inventory import Hold
from services.rooms.handlers.hotels import check_own, found
from services.rooms.handlers.seeing import known
from services.rooms.work import RoomsWork

Reply = TypeVar("Reply")
Action = GiveRoom | TakeRoomBack | ReceiveWalkIn | MoveIn | MoveGuest | MoveOut | ClearRoom | ExtendStay


def give_room(command: GiveRoom, work: RoomsWork) -> RoomTaken:
    """The booking has this room from now on, and no other."""
    done = answered(command, work, RoomTaken)
    if done:
        return done
    hotel, hold = held_by(command, work)
    before = work.periods.of_bookings([hold.booking_id]).get(hold.booking_id)
    wanted = known(work.rooms.get(command.hotel, command.room_number))
    room = work.rooms.lock([wanted.id])[wanted.id]
    if before and before.moved_in:
        raise Refusal("BOOKING_ALREADY_CHECKED_IN", "The guest lives in a room already: move instead.")
    if before and before.room_id == room.id:
        return finished(command, work, taken(room, warnings=assigning.mismatch(room, hold)))
    today = stays.local_day(work.now, hotel.timezone)
    others = [one for one in work.periods.on_nights(room.id, hold.stay) if one.booking_id != hold.booking_id]
    strict = hotel.settings.strict_room_type
    warnings = assigning.give(room, hold, others=others, today=today, strict_room_type=strict)
    if before:
        work.periods.end(before, until=before.nights.check_in, now=work.now)
    work.periods.stay(room.id, room.room_number, booking_id=hold.booking_id, nights=hold.stay, now=work.now)
    if not count_on(work, hold, room.room_type_id, today=today):
        raise Refusal("SOLD_OUT", f"{room.type_name} is sold out on some of these nights.")
    return finished(command, work, taken(room, warnings=warnings))


def take_room_back(command: TakeRoomBack, work: RoomsWork) -> Nothing:
    """The booking has no room any more; its nights count on the booked type again, where that is not full by now.

    A booking that has none, or has ended, is left as it is.
    """
    done = answered(command, work, Nothing)
    if done:
        return done
    check_own(work.caller, command.hotel)
    hotel = found(work.hotels.get(command.hotel))
    hold = work.holds.lock([command.booking_id]).get(command.booking_id)
    before = work.periods.of_bookings([command.booking_id]).get(command.booking_id)
    if before and before.moved_in:
        raise Refusal("BOOKING_ALREADY_CHECKED_IN", "The guest lives in the room.")
    if before and hold and hold.hotel == command.hotel:
        work.periods.end(before, until=before.nights.check_in, now=work.now)
        count_on(work, hold, hold.room_type_id, today=stays.local_day(work.now, hotel.timezone))
    return finished(command, work, Nothing())


def find_candidates(query: FindCandidates, work: RoomsWork) -> Candidates:
    """The rooms that the booking could be given, best first."""
    check_own(work.caller, query.hotel)
    hotel = found(work.hotels.get(query.hotel))
    hold = work.holds.get(query.booking_id)
    if hold is None or not hold.live or hold.hotel != query.hotel:
        raise nothing_held()
    today = stays.local_day(work.now, hotel.timezone)
    fit = candidates.ranked(
        work.rooms.all(query.hotel),
        hold,
        taken=work.periods.in_hotel(query.hotel, hold.stay),
        today=today,
        strict_room_type=hotel.settings.strict_room_type,
        full_types=work.nights.full_types(query.hotel, max(today, hold.stay.check_in), hold.stay.check_out),
    )
    return Candidates(rooms=tuple(_shown(one, hold) for one in fit))


def answered(command: Action, work: RoomsWork, reply: type[Reply]) -> Reply | None:
    """What was answered to this action before; None: it is taken, and now to be carried out."""
    kind = type(command).__name__
    if work.actions.begin(command.action_id, kind=kind, booking_id=command.booking_id, now=work.now):
        return None
    known_kind, booking_id, stored = work.actions.reply(command.action_id)
    if (known_kind, booking_id) != (kind, command.booking_id):
        raise Refusal("ACTION_ID_REUSED", "This action was another one.")
    return codec.typed(stored, reply)


def finished(command: Action, work: RoomsWork, reply: Reply) -> Reply:
    """Keep the answer with the effect."""
    work.actions.finish(command.action_id, reply)
    return reply


def held_by(command: GiveRoom | MoveIn | MoveGuest | MoveOut | ExtendStay, work: RoomsWork) -> tuple[Hotel, Hold]:
    """The hotel, and the booking's live hold, locked; refused `NOTHING_HELD`."""
    check_own(work.caller, command.hotel)
    hotel = found(work.hotels.get(command.hotel))
    hold = work.holds.lock([command.booking_id]).get(command.booking_id)
    if hold is None or not hold.live or hold.hotel != command.hotel:
        raise nothing_held()
    return hotel, hold


def nothing_held() -> Refusal:
    """The booking has ended, or never was."""
    return Refusal("NOTHING_HELD", "The booking holds no nights here.")


def taken(room: Room, *, warnings: tuple[str, ...] = ()) -> RoomTaken:
    """The room as the booking is told of it."""
    return RoomTaken(
        room_number=room.room_number,
        room_type_code=room.type_code,
        room_type_name=room.type_name,
        room_status=room.status,
        warnings=warnings,
    )


def count_on(work: RoomsWork, hold: Hold, room_type_id: int, *, today: date) -> bool:
    """Count the nights to come on this type; False, and nothing changed: it is full on one of them."""
    parts, changes = inventory.moved(hold.parts, to_type=room_type_id, from_on=max(today, hold.stay.check_in))
    if not changes:
        return True
    if not work.nights.shift(changes):
        return False
    work.holds.put({hold.booking_id: parts})
    return True


def _shown(one: Candidate, hold: Hold) -> CandidateRoom:
    room = one.room
    return CandidateRoom(
        room_number=room.room_number,
        room_type=room.type_name,
        room_type_code=room.type_code,
        room_status=room.status,
        is_occupied=room.status is RoomStatus.OCCUPIED,
        matches_type=room.room_type_id == hold.room_type_id,
        warnings=one.warnings,
        explanation=one.explanation,
    )
