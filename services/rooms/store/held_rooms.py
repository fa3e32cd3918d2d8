"""Reads what a booking has at a hotel in one statement. The caller has locked the booking's hold before.

What was read in the statement that locks the hold could be older than the change that the lock waited for.
"""

from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.values import Stay
from services.rooms.domain.held_rooms import HeldRoom
from services.rooms.domain.holds import Hold
from services.rooms.domain.periods import Period
from services.rooms.domain.rooms import Room
from services.rooms.store import holds, hotels, periods, rooms
from services.rooms.store.base import RoomsStore

_HELD = f"""
WITH held AS (
    SELECT {holds.COLUMNS}, (
        SELECT coalesce(jsonb_agg(to_jsonb(part) ORDER BY part.first_night), '[]') FROM hold_part AS part
        WHERE part.hotel = hold.hotel AND part.booking_id = hold.booking_id
    ) AS parts
    FROM hold WHERE hotel = :hotel AND booking_id = :booking_id
), stay AS (
    SELECT {periods.COLUMNS} FROM period WHERE live AND NOT held AND hotel = :hotel AND booking_id = :booking_id
)"""  # noqa: S608
_HOTEL = f"""
SELECT {hotels.COLUMNS}, (SELECT to_jsonb(held) FROM held) AS hold, (SELECT to_jsonb(stay) FROM stay) AS stay, {{room}}
FROM hotel WHERE slug = :hotel
"""  # noqa: S608
ONE = sa.text(f"{_HELD} {_HOTEL.format(room='NULL AS room')}")
_WITH_ROOM = f"""
{_HELD}, kept AS ({rooms.ROOM} WHERE r.hotel = :hotel AND {{condition}} {{lock}})
{_HOTEL.format(room="(SELECT to_jsonb(kept) FROM kept) AS room")}
"""  # noqa: S608
_LOCK = "FOR NO KEY UPDATE OF r"
_OWN = "r.id = (SELECT room_id FROM stay)"
_NUMBERED = "r.room_number = :room_number AND r.removed_at IS NULL"
WITH_OWN_ROOM = sa.text(_WITH_ROOM.format(condition=_OWN, lock=_LOCK))
SEEN_WITH_OWN_ROOM = sa.text(_WITH_ROOM.format(condition=_OWN, lock=""))
WITH_ROOM = sa.text(_WITH_ROOM.format(condition=_NUMBERED, lock=_LOCK))


class SqlHeldRooms(RoomsStore):
    """The tables `hotel`, `hold`, `hold_part`, `period` and `room`, of one booking."""

    def get(self, hotel: str, booking_id: str) -> HeldRoom | None:
        """What the booking has, without its room; None where there is no such hotel."""
        return self._one(_held_room, ONE, {"hotel": hotel, "booking_id": booking_id})

    def with_own_room(self, hotel: str, booking_id: str) -> HeldRoom | None:
        """What the booking has, with the room of its stay, locked; None where there is no such hotel."""
        return self._one(_held_room, WITH_OWN_ROOM, {"hotel": hotel, "booking_id": booking_id})

    def seen_with_own_room(self, hotel: str, booking_id: str) -> HeldRoom | None:
        """As `with_own_room`, without a lock, for a query."""
        return self._one(_held_room, SEEN_WITH_OWN_ROOM, {"hotel": hotel, "booking_id": booking_id})

    def with_room(self, hotel: str, booking_id: str, room_number: str) -> HeldRoom | None:
        """What the booking has, and the hotel's room with this number, locked; None where there is no such hotel."""
        return self._one(_held_room, WITH_ROOM, {"hotel": hotel, "booking_id": booking_id, "room_number": room_number})


def _held_room(row: Any) -> HeldRoom:
    return HeldRoom(
        hotel=hotels.hotel_of(row),
        hold=_dated(Hold, row.hold, stay=("check_in", "check_out")) if row.hold else None,
        stay=_dated(Period, row.stay, nights=("first_night", "until")) if row.stay else None,
        room=codec.typed(row.room, Room) if row.room else None,
    )


def _dated(kind: type[Any], values: dict[str, Any], **stays: tuple[str, str]) -> Any:
    """An instance of `kind`, of which each field in `stays` is made from the columns of two dates."""
    ranges = {name: Stay(values[first], values[until]) for name, (first, until) in stays.items()}
    return codec.typed(values | codec.plain(ranges), kind)
