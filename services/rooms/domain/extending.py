"""Whether a guest in house may keep the room for more nights; where not, why, and which rooms would do instead."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from chassis.refusal import Refusal
from contracts.rooms import RoomStatus
from contracts.values import Stay
from services.rooms.domain import stays
from services.rooms.domain.assigning import PeriodKind, Room, Taken, readiness
from services.rooms.domain.inventory import Hold

MOST_SUGGESTIONS = 5
_NO_PLACE = frozenset({RoomStatus.OCCUPIED, RoomStatus.OUT_OF_ORDER, RoomStatus.MAINTENANCE_REQUIRED})


def added_nights(hold: Hold, until: date, *, today: date) -> Stay:
    """The nights to be added. Refused `VALIDATION_ERROR` and `BEYOND_HORIZON`, as a stay is."""
    added = Stay(hold.stay.check_out, until)
    stays.check_length(added)
    stays.check_length(Stay(hold.stay.check_in, until))
    if until > stays.horizon(today):
        raise Refusal("BEYOND_HORIZON", f"Stays can be booked up to {stays.horizon(today)}.")
    return added


def conflicts(room: Room, others: Sequence[Taken]) -> list[dict[str, Any]]:
    """Who has the room on the added nights, as staff are told it."""
    return [
        {
            "room_number": room.room_number,
            "booking_id": taken.booking_id,
            "reason": "Blocked" if taken.kind is PeriodKind.BLOCK else "Existing booking",
            "from": taken.nights.check_in.isoformat(),
            "until": taken.nights.check_out.isoformat(),
        }
        for taken in others
    ]


def full_nights(room: Room, nights: Iterable[date]) -> list[dict[str, Any]]:
    """The added nights on which no room of the type is left."""
    return [{"room_type": room.type_name, "reason": "Sold out", "night": night.isoformat()} for night in nights]


def suggestions(
    rooms: Iterable[Room], *, now_in: Room, taken: Sequence[Taken], full_types: Collection[int], strict: bool
) -> list[dict[str, Any]]:
    """The rooms that the guest could move to for the nights that `taken` covers: same type and nearest to ready first.

    Of a type in `full_types` none is left; with `strict` only the type that the guest lives in will do.
    """
    gone = {one.room_id for one in taken}
    fit = [
        room
        for room in rooms
        if room.is_active
        and room.id not in gone
        and room.status not in _NO_PLACE
        and room.room_type_id not in full_types
        and (room.room_type_id == now_in.room_type_id or not strict)
    ]
    fit.sort(key=lambda room: (room.room_type_id != now_in.room_type_id, *readiness(room)))
    return [
        {"room_number": room.room_number, "room_type": room.type_name, "room_status": room.status.value}
        for room in fit[:MOST_SUGGESTIONS]
    ]
