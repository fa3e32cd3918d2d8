"""The rooms that may be assigned to a booking, best first."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.refusal import Refusal
from contracts.rooms.assignments import CandidateRoom, RoomFit
from contracts.rooms.events import RoomStatus
from services.rooms.domain.assignments import TOO_SMALL, check_assignable
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
_FITS = {
    RoomFit.SAME_TYPE: "Of the booked type",
    RoomFit.UPGRADE: "An upgrade",
    RoomFit.OTHER: "Another type than booked",
}
_BROKEN = (RoomStatus.MAINTENANCE_REQUIRED, RoomStatus.OUT_OF_ORDER)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A room that may be assigned to the booking, with the warnings of the assignment and a text for staff."""

    room: Room
    fit: RoomFit
    warnings: tuple[str, ...]
    explanation: str


def ranked(
    rooms: Iterable[Room],
    hold: Hold,
    *,
    periods: Sequence[Period],
    today: date,
    strict_room_type: bool,
    party: int,
    full_types: Collection[int] = (),
) -> tuple[Candidate, ...]:
    """The rooms that may be assigned, in three groups: rooms of the booked type, then upgrades, then all others.

    Rooms that sleep fewer than the party (number of guests) come after all groups. For a stay that starts today, each
    group is in order of readiness. For a later stay, rooms that need a repair or are out of order come last in their
    group. Rooms of `full_types` are left out, unless the booking's nights count on that type already.
    """
    rooms = list(rooms)
    own = {period.room_id for period in periods if period.booking_id == hold.booking_id}
    counted_type = next((room.room_type_id for room in rooms if room.id in own), hold.room_type_id)
    sold_out = set(full_types) - {counted_type}
    now = hold.stay.check_in <= today
    booked_price = next((room.base_price for room in rooms if room.room_type_id == hold.room_type_id), None)
    candidates = []
    for room in rooms:
        others = [each for each in periods if each.room_id == room.id and each.booking_id != hold.booking_id]
        try:
            warnings = check_assignable(
                room,
                hold,
                others=others,
                today=today,
                strict_room_type=strict_room_type,
                party=party,
                override=True,
            )
        except Refusal:
            continue
        if room.room_type_id not in sold_out:
            fit = _fit(room, hold, booked_price=booked_price, too_small=TOO_SMALL in warnings)
            candidates.append(_candidate(room, fit, warnings, now=now))
    return tuple(sorted(candidates, key=lambda one: _order(one, now=now)))


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


def _fit(room: Room, hold: Hold, *, booked_price: int | None, too_small: bool) -> RoomFit:
    if room.room_type_id == hold.room_type_id:
        return RoomFit.SAME_TYPE
    is_dearer = booked_price is not None and room.base_price > booked_price
    return RoomFit.UPGRADE if is_dearer and not too_small else RoomFit.OTHER


def _candidate(room: Room, fit: RoomFit, warnings: tuple[str, ...], *, now: bool) -> Candidate:
    parts = [_FITS[fit], f"today {_IN_WORDS[room.status]}" if not now else _IN_WORDS[room.status]]
    if TOO_SMALL in warnings:
        parts.append(f"sleeps only {room.max_occupancy}")
    if now and room.status is not RoomStatus.READY_FOR_GUEST:
        warnings = (*warnings, NOT_READY)
    return Candidate(room=room, fit=fit, warnings=warnings, explanation=f"{', '.join(parts)}.")


def _order(candidate: Candidate, *, now: bool) -> tuple[bool, int, int, int, str]:
    room, fits = candidate.room, list(RoomFit)
    nearness, length, number = readiness(room)
    nearness = nearness if now else int(room.status in _BROKEN)
    return TOO_SMALL in candidate.warnings, fits.index(candidate.fit), nearness, length, number
