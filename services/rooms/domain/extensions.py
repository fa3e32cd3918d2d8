"""Decides whether a guest in house may keep the room for more nights, and lists conflicts and alternative rooms."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from contracts.rooms.events import RoomStatus
from contracts.values import Stay
from services.rooms.domain import stays
from services.rooms.domain.holds import Hold
from services.rooms.domain.periods import Period, PeriodKind
from services.rooms.domain.rooms import Room, is_out_of_order, readiness

MOST_SUGGESTIONS = 5
_UNSUITABLE = frozenset({RoomStatus.OCCUPIED, RoomStatus.MAINTENANCE_REQUIRED})


def added_nights(hold: Hold, until: date, *, today: date) -> Stay:
    """The nights from the stay's check-out up to, not including, `until`.

    Refused `VALIDATION_ERROR` for an invalid length, `BEYOND_HORIZON` for nights that are not on sale yet.
    """
    added = Stay(hold.stay.check_out, until)
    stays.check_length(added)
    stays.check_length(Stay(hold.stay.check_in, until))
    stays.check_horizon(until, today=today)
    return added


def conflicts(room: Room, others: Sequence[Period]) -> list[dict[str, Any]]:
    """One entry for each of the room's periods on the added nights, as the refusal `EXTENSION_CONFLICT` lists them."""
    return [
        {
            "room_number": room.room_number,
            "booking_id": period.booking_id,
            "reason": "Blocked" if period.kind is PeriodKind.BLOCK else "Existing booking",
            "from": period.nights.check_in.isoformat(),
            "until": period.nights.check_out.isoformat(),
        }
        for period in others
    ]


def full_nights(room: Room, nights: Iterable[date]) -> list[dict[str, Any]]:
    """The added nights on which the room's type is sold out, as the refusal `SOLD_OUT` lists them."""
    return [{"room_type": room.type_name, "reason": "Sold out", "night": night.isoformat()} for night in nights]


def suggestion_nights(added: Stay, *, today: date) -> Stay:
    """The nights on which a suggested room must be free: the added nights that are not past.

    If all added nights are past, the last of them.
    """
    last = max(added)
    return Stay(min(max(today, added.check_in), last), added.check_out)


def suggestions(
    rooms: Iterable[Room],
    *,
    current: Room,
    periods: Sequence[Period],
    full_types: Collection[int],
    today: date,
    strict_room_type: bool,
    party: int = 0,
) -> list[dict[str, Any]]:
    """At most five other rooms for the guest, in order of readiness. Rooms of the current room's type come first.

    Rooms that sleep fewer than the party come last. Rooms that are occupied, out of order or in need of a repair, rooms
    with one of the `periods` and rooms of `full_types` are left out. With `strict_room_type`, rooms of another type are
    left out, too.
    """
    taken = {period.room_id for period in periods}
    suitable = [
        room
        for room in rooms
        if room.is_active
        and room.id not in taken
        and room.status not in _UNSUITABLE
        and not is_out_of_order(room, today=today)
        and room.room_type_id not in full_types
        and (room.room_type_id == current.room_type_id or not strict_room_type)
    ]
    suitable.sort(
        key=lambda room: (room.max_occupancy < party, room.room_type_id != current.room_type_id, *readiness(room))
    )
    return [
        {"room_number": room.room_number, "room_type": room.type_name, "room_status": room.status.value}
        for room in suitable[:MOST_SUGGESTIONS]
    ]
