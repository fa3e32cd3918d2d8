"""Which rooms would suit a booking: those that it could be given, the best first, each with how it fits."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.refusal import Refusal
from contracts.rooms import RoomStatus
from services.rooms.domain.assigning import Room, Taken, give, readiness
from services.rooms.domain.inventory import Hold

NOT_READY = "ROOM_NOT_READY"

_IN_WORDS = {
    RoomStatus.READY_FOR_GUEST: "ready",
    RoomStatus.CLEANED_UNINSPECTED: "cleaned and to be inspected",
    RoomStatus.CLEANING_IN_PROGRESS: "being cleaned",
    RoomStatus.CHECKOUT_DIRTY: "to be cleaned",
    RoomStatus.OCCUPIED: "lived in by its guest",
    RoomStatus.MAINTENANCE_REQUIRED: "to be repaired",
    RoomStatus.OUT_OF_ORDER: "out of order until the stay",
}
_BROKEN = (RoomStatus.MAINTENANCE_REQUIRED, RoomStatus.OUT_OF_ORDER)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A room that the booking could be given, what that would be warned of, and in words how it fits."""

    room: Room
    warnings: tuple[str, ...]
    explanation: str


def ranked(
    rooms: Iterable[Room],
    hold: Hold,
    *,
    taken: Sequence[Taken],
    today: date,
    strict_room_type: bool,
    full_types: Collection[int] = (),
) -> tuple[Candidate, ...]:
    """Of the booked type first. For a stay that starts now, the nearest to ready; for a later one, what is not broken.

    Of the types in `full_types` no night is left, but for those that the booking itself counts on.
    """
    rooms = list(rooms)
    own = {one.room_id for one in taken if one.booking_id == hold.booking_id}
    counts_on = next((room.room_type_id for room in rooms if room.id in own), hold.room_type_id)
    gone = set(full_types) - {counts_on}
    now = hold.stay.check_in <= today
    fit = []
    for room in rooms:
        others = [one for one in taken if one.room_id == room.id and one.booking_id != hold.booking_id]
        try:
            warnings = give(room, hold, others=others, today=today, strict_room_type=strict_room_type)
        except Refusal:
            continue
        if room.room_type_id not in gone:
            fit.append(_candidate(room, warnings, now=now))
    return tuple(sorted(fit, key=lambda one: (one.room.room_type_id != hold.room_type_id, *_order(one.room, now=now))))


def _candidate(room: Room, warnings: tuple[str, ...], *, now: bool) -> Candidate:
    kind = "Another type than booked" if warnings else "Of the booked type"
    state = f"today {_IN_WORDS[room.status]}" if not now else _IN_WORDS[room.status]
    if now and room.status is not RoomStatus.READY_FOR_GUEST:
        warnings = (*warnings, NOT_READY)
    return Candidate(room=room, warnings=warnings, explanation=f"{kind}, {state}.")


def _order(room: Room, *, now: bool) -> tuple[int, int, str]:
    nearness, length, number = readiness(room)
    return nearness if now else int(room.status in _BROKEN), length, number
