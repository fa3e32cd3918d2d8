"""Assigns a room to a booking, unassigns a booking's room, and lists candidate rooms."""

from contracts.message import Nothing
from contracts.rooms.assignments import Candidates, FindCandidates, GiveRoom, RoomTaken, TakeRoomBack
from services.rooms.domain import assignments, candidates, stays
from services.rooms.domain.assignments import already_checked_in, room_taken
from services.rooms.domain.holds import nothing_held, sold_out
from services.rooms.steps import action_log, holds, hotel_access
from services.rooms.work import RoomsWork


@action_log.once(RoomTaken)
def give_room(command: GiveRoom, work: RoomsWork) -> RoomTaken:
    """Assign the room to the booking. The booking's earlier room is unassigned."""
    hotel, hold, current, room = holds.read_with_room(command, work, command.room_number)
    if current and current.moved_in:
        raise already_checked_in("The guest is in house: move the guest instead.")
    if current and current.room_id == room.id:
        return room_taken(room, warnings=assignments.type_warnings(room, hold))
    today = stays.local_day(work.now, hotel.timezone)
    on_nights = work.periods.on_nights(room, hold.stay)
    warnings = assignments.check_assignable(
        room,
        hold,
        others=[period for period in on_nights if period.booking_id != hold.booking_id],
        today=today,
        strict_room_type=hotel.settings.strict_room_type,
        party=command.party,
        override=command.override,
    )
    if current:
        work.periods.end(current, until=current.nights.check_in, now=work.now)
    work.periods.begin_stay(room, booking_id=hold.booking_id, nights=hold.stay, now=work.now)
    if not holds.count_on_type(work, hold, room.room_type_id, today=today):
        raise sold_out(room.type_name)
    return room_taken(room, warnings=warnings)


@action_log.once(Nothing)
def take_room_back(command: TakeRoomBack, work: RoomsWork) -> Nothing:
    """Unassign the booking's room.

    The nights count on the booked type again, unless that type is full. A booking without a room and a booking that has
    ended are left unchanged.
    """
    hotel_access.check_own(work.caller, command.hotel)
    held = work.held_rooms.get(command.hotel, command.booking_id)
    if held is None:
        raise hotel_access.no_hotel()
    hold, current = held.hold, held.stay
    if current and current.moved_in:
        raise already_checked_in("The guest is in house.")
    if current and hold:
        work.periods.end(current, until=current.nights.check_in, now=work.now)
        holds.count_on_type(work, hold, hold.room_type_id, today=stays.local_day(work.now, held.hotel.timezone))
    return Nothing()


def find_candidates(query: FindCandidates, work: RoomsWork) -> Candidates:
    hotel = hotel_access.own(work, query.hotel)
    hold = work.holds.get(query.hotel, query.booking_id)
    if hold is None or not hold.live:
        raise nothing_held()
    today = stays.local_day(work.now, hotel.timezone)
    ranked = candidates.ranked(
        work.rooms.all(query.hotel),
        hold,
        periods=work.periods.in_hotel(query.hotel, hold.stay),
        today=today,
        strict_room_type=hotel.settings.strict_room_type,
        party=query.party,
        full_types=work.nights.full_types(query.hotel, max(today, hold.stay.check_in), hold.stay.check_out),
    )
    return Candidates(rooms=tuple(candidates.view(candidate, hold) for candidate in ranked))
