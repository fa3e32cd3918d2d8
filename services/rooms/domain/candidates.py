"""The rooms that may be assigned to a booking, best first."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.refusal import Refusal
from contracts.rooms.assignments import CandidateRoom
from contracts.rooms.events import RoomStatus
from services.rooms.domain.assignments import check_assignable
from services.rooms.domain.holds import Hold
from services.rooms.domain.mapping import mapped
from services.rooms.domain.periods import Period
from services.rooms.domain.rooms import Room, readiness

NOT_READY = "ROOM_NOT_READY"

_IN_WORDS = {
    RoomStatus.READY_FOR_GUEST: "ready",
    RoomStatus.CLEANED_UNINSPECTED: "cleaned and to be inspected",
    RoomStatus.CLEANING_IN_PROGRESS: "being cleaned",
    RoomStatus.CHECKOUT_DIRTY: "to be cleaned",
    RoomStatus.OCCUPIED: "occupied",
    RoomStatus.MAINTENANCE_REQUIRED: "to be repaired",
    RoomStatus.OUT_OF_ORDER: "out of order until the stay",
}
_BROKEN = (RoomStatus.MAINTENANCE_REQUIRED, RoomStatus.OUT_OF_ORDER)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A room that may be assigned to the booking, with the warnings of the assignment and a text for staff."""

    room: Room
    warnings: tuple[str, ...]
    explanation: str


def ranked(
    rooms: Iterable[Room],
    hold: Hold,
    *,
    periods: Sequence[Period],
    today: date,
    strict_room_type: bool,
    full_types: Collection[int] = (),
) -> tuple[Candidate, ...]:
    """The rooms that may be assigned, in two groups: first the rooms of the booked type, then all others.

    For a stay that starts today, each group is in order of readiness. For a later stay, rooms that need a repair or are
    out of order come last in their group. Rooms of `full_types` are left out, unless the booking's nights count on that
    type already.
    """
    rooms = list(rooms)
    own = {period.room_id for period in periods if period.booking_id == hold.booking_id}
    counted_type = next((room.room_type_id for room in rooms if room.id in own), hold.room_type_id)
    sold_out = set(full_types) - {counted_type}
    now = hold.stay.check_in <= today
    candidates = []
    for room in rooms:
        others = [each for each in periods if each.room_id == room.id and each.booking_id != hold.booking_id]
        try:
            warnings = check_assignable(room, hold, others=others, today=today, strict_room_type=strict_room_type)
        except Refusal:
            continue
        if room.room_type_id not in sold_out:
            candidates.append(_candidate(room, warnings, now=now))
    return tuple(
        sorted(candidates, key=lambda one: (one.room.room_type_id != hold.room_type_id, *_order(one.room, now=now)))
    )


def view(candidate: Candidate, hold: Hold) -> CandidateRoom:
    """The candidate as staff see the room."""
    room = candidate.room
    return mapped(
        CandidateRoom,
        room,
        candidate,
        room_type=room.type_name,
        room_type_code=room.type_code,
        room_status=room.status,
        is_occupied=room.status is RoomStatus.OCCUPIED,
        matches_type=room.room_type_id == hold.room_type_id,
    )


def _candidate(room: Room, warnings: tuple[str, ...], *, now: bool) -> Candidate:
    kind = "Another type than booked" if warnings else "Of the booked type"
    state = f"today {_IN_WORDS[room.status]}" if not now else _IN_WORDS[room.status]
    if now and room.status is not RoomStatus.READY_FOR_GUEST:
        warnings = (*warnings, NOT_READY)
    return Candidate(room=room, warnings=warnings, explanation=f"{kind}, {state}.")


def _order(room: Room, *, now: bool) -> tuple[int, int, str]:
    nearness, length, number = readiness(room)
    return nearness if now else int(room.status in _BROKEN), length, number
