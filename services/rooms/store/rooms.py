"""Rooms, and the history of their status. The row and the history of a removed room stay."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms.occupancy import RoomOccupancy
from contracts.rooms.rooms import ListRooms, RoomChange
from contracts.values import Actor, Page
from services.rooms.domain.rooms import NewRoomStatus, Room, RoomDetails, parsed_entry_name, subject_of
from services.rooms.store.base import RoomsStore, matches, typed_row

COLUMNS = """
r.id, r.hotel, r.room_number, r.room_type_id, t.code AS type_code, t.name AS type_name, t.max_occupancy, t.base_price,
r.status, r.is_active, r.floor, r.notes, r.last_cleaned_at, r.last_inspected_at, r.occupied_by, r.version,
r.maintenance_priority,
(
    SELECT upper(p.nights) FROM period p WHERE p.hotel = r.hotel AND p.room_id = r.id AND p.live AND p.out_of_order
) AS out_of_order_until
"""
WITH_TYPE = "FROM room r JOIN room_type t ON t.hotel = r.hotel AND t.id = r.room_type_id"
ROOM = f"SELECT {COLUMNS} {WITH_TYPE}"
BY_NUMBER = f"{ROOM} WHERE r.hotel = :hotel AND r.room_number = :room_number AND r.removed_at IS NULL"
ONE = sa.text(BY_NUMBER)
LOCK_ONE = sa.text(f"{BY_NUMBER} FOR NO KEY UPDATE OF r")
LOCK = sa.text(f"{ROOM} WHERE r.hotel = ANY (:hotels) AND r.id = ANY (:ids) ORDER BY r.id FOR NO KEY UPDATE OF r")
NAMED = sa.text(f"""
{ROOM} WHERE r.hotel = :hotel AND r.removed_at IS NULL
AND (r.id = ANY (CAST(:ids AS numeric[])) OR r.room_number = ANY (:numbers))
ORDER BY r.id
""")
ALL = sa.text(f"{ROOM} WHERE r.hotel = :hotel AND r.removed_at IS NULL ORDER BY r.id")
OF_TYPE = sa.text(f"""
SELECT {COLUMNS}
FROM room_type t LEFT JOIN room r ON r.hotel = t.hotel AND r.room_type_id = t.id AND r.removed_at IS NULL
WHERE t.hotel = :hotel AND t.removed_at IS NULL
  AND (:room_type = '' OR lower(t.code) = lower(:room_type) OR lower(t.name) = lower(:room_type))
ORDER BY length(r.room_number), r.room_number
""")  # noqa: S608
FILTER = f"""
WHERE r.hotel = :hotel AND r.removed_at IS NULL AND (CAST(:status AS text) IS NULL OR r.status = :status)
  AND {matches("r.room_number", "t.name", "t.code")}
  AND (:room_type = '' OR lower(t.code) = lower(:room_type) OR lower(t.name) = lower(:room_type))
  AND (CAST(:floor AS integer) IS NULL OR r.floor = :floor)
  AND (CAST(:occupied AS boolean) IS NULL OR (r.status = 'OCCUPIED') = :occupied)
"""
LIST = sa.text(f"{ROOM} {FILTER} ORDER BY length(r.room_number), r.room_number LIMIT :limit OFFSET :skip")
COUNT = sa.text(f"SELECT count(*) {WITH_TYPE} {FILTER}")
CHANGE_TIMES = [sa.bindparam(name, type_=sa.DateTime(timezone=True)) for name in ("cleaned_at", "inspected_at")]
CHANGE_STATUS = sa.text("""
UPDATE room SET status = :status, occupied_by = :occupied_by, maintenance_priority = :priority, version = version + 1,
    last_cleaned_at = coalesce(:cleaned_at, last_cleaned_at),
    last_inspected_at = coalesce(:inspected_at, last_inspected_at)
WHERE hotel = :hotel AND id = :id RETURNING version
""").bindparams(*CHANGE_TIMES)
DUE_BACK = sa.text("""
SELECT r.hotel, r.room_number
FROM period p JOIN room r ON r.hotel = p.hotel AND r.id = p.room_id JOIN hotel h ON h.slug = r.hotel
WHERE p.live AND p.out_of_order AND r.status = 'OUT_OF_ORDER' AND r.removed_at IS NULL
  AND upper(p.nights) <= CAST(CAST(:now AS timestamptz) AT TIME ZONE h.timezone AS date)
ORDER BY upper(p.nights), r.id LIMIT 1
""")
CENSUS = sa.text("""
SELECT r.id, r.hotel, r.room_number, r.occupied_by, ARRAY(
    SELECT p.booking_id FROM period p
    WHERE p.hotel = r.hotel AND p.room_id = r.id AND p.live AND p.kind = 'STAY' ORDER BY p.id
) AS claims
FROM room r WHERE r.id > :after ORDER BY r.id LIMIT :limit
""")
HISTORY = sa.text("""
SELECT what, by, from_status AS old_status, to_status AS new_status, coalesce(text, why) AS note, at AS changed_at
FROM audit LEFT JOIN remark USING (hotel, subject, sequence)
WHERE hotel = :hotel AND subject = :subject AND from_status IS NOT NULL ORDER BY sequence DESC LIMIT :limit OFFSET :skip
""")
HISTORY_COUNT = sa.text("""
SELECT count(*) FROM audit WHERE hotel = :hotel AND subject = :subject AND from_status IS NOT NULL
""")
ADD = sa.text("""
INSERT INTO room (hotel, room_number, room_type_id, status, floor, notes, is_active)
VALUES (:hotel, :room_number, :room_type_id, 'READY_FOR_GUEST', :floor, :notes, :is_active)
ON CONFLICT (hotel, room_number) DO UPDATE
SET room_type_id = excluded.room_type_id, floor = excluded.floor, notes = excluded.notes,
    is_active = excluded.is_active, status = excluded.status, maintenance_priority = NULL, removed_at = NULL,
    version = room.version + 1
WHERE room.removed_at IS NOT NULL
RETURNING version
""")
WRITE = sa.text("""
UPDATE room SET room_type_id = :room_type_id, floor = :floor, notes = :notes, is_active = :is_active,
    version = version + 1
WHERE hotel = :hotel AND id = :id RETURNING version
""")
REMOVE = sa.text("""
UPDATE room SET is_active = false, removed_at = :now, version = version + 1
WHERE hotel = :hotel AND id = :id RETURNING version
""")
STAYS = sa.text("""
SELECT booking_id FROM period WHERE hotel = :hotel AND room_id = :id AND live AND kind = 'STAY' ORDER BY booking_id
""")

_room_of = partial(typed_row, Room)


class SqlRooms(RoomsStore):
    """The table `room`. The caller of a write has locked the room; of `add`, `write` and `remove`, the hotel before."""

    def get(self, hotel: str, room_number: str) -> Room | None:
        """One room, None where the hotel has no such room."""
        return self._one(_room_of, ONE, {"hotel": hotel, "room_number": room_number})

    def lock_one(self, hotel: str, room_number: str) -> Room | None:
        """Lock one room, in a transaction that locks no other room."""
        return self._one(_room_of, LOCK_ONE, {"hotel": hotel, "room_number": room_number})

    def lock(self, hotels: Iterable[str], ids: Iterable[int]) -> dict[int, Room]:
        """Lock these rooms of these hotels, ascending; returns the rooms, keyed by id."""
        keys = {"hotels": sorted(set(hotels)), "ids": sorted(set(ids))}
        return {room.id: room for room in self._all(_room_of, LOCK, keys)} if keys["ids"] else {}

    def due_back(self, now: datetime) -> tuple[str, str] | None:
        """The hotel and the number of a room that is out of order although its `until` has come, hotel-local.

        None where there is no such room. The room is not locked.
        """
        row = self._connection.execute(DUE_BACK, {"now": now}).one_or_none()
        return (row.hotel, row.room_number) if row else None

    def all(self, hotel: str) -> list[Room]:
        """Every room of a hotel."""
        return self._all(_room_of, ALL, {"hotel": hotel})

    def of_type(self, hotel: str, room_type: str) -> list[Room] | None:
        """The hotel's rooms of the type with this code or name, ordered by number; None where there is no such type.

        An empty `room_type` stands for all types.
        """
        rows = self._connection.execute(OF_TYPE, {"hotel": hotel, "room_type": room_type}).all()
        if room_type and not rows:
            return None
        return [_room_of(row) for row in rows if row.id is not None]

    def named(self, hotel: str, *, ids: Sequence[int], numbers: Sequence[str]) -> list[Room]:
        """The hotel's rooms with one of these ids, which may be numbers of any size, or with one of these numbers."""
        return self._all(_room_of, NAMED, {"hotel": hotel, "ids": list(ids), "numbers": list(numbers)})

    def page(self, query: ListRooms) -> tuple[int, list[Room]]:
        """The number of matching rooms, and the rooms of the page, ordered by number."""
        params = {
            "hotel": query.hotel,
            "search": query.search,
            "status": query.status,
            "room_type": query.room_type,
            "floor": query.floor,
            "occupied": query.occupied,
        }
        return self._page(_room_of, count=COUNT, rows=LIST, params=params, page=query.page)

    def change_status(self, room: Room, new: NewRoomStatus) -> int:
        """Write the room's new status; returns the room's new version."""
        return self._number(CHANGE_STATUS, _key(room) | vars(new))

    def add(self, hotel: str, room_number: str, details: RoomDetails) -> int | None:
        """Insert a room, or bring back a removed one; returns the room's version.

        Returns None where the hotel has a room with that number.
        """
        row = vars(details) | {"hotel": hotel, "room_number": room_number}
        return self._connection.execute(ADD, row).scalar_one_or_none()

    def write(self, room: Room, details: RoomDetails) -> int:
        """Write the details of a room; returns the room's new version."""
        return self._number(WRITE, vars(details) | _key(room))

    def remove(self, room: Room, *, now: datetime) -> int:
        """Remove a room; returns the room's new version."""
        return self._number(REMOVE, {**_key(room), "now": now})

    def stays(self, room: Room) -> list[str]:
        """The ids of the bookings with a live stay in the room."""
        return list(self._connection.execute(STAYS, _key(room)).scalars())

    def census(self, *, after: int, limit: int) -> dict[int, RoomOccupancy]:
        """The occupancy of up to `limit` rooms with an id greater than `after`, keyed by room id, across all hotels."""
        return {
            row.id: typed_row(RoomOccupancy, row, claimed_by=tuple(row.claims))
            for row in self._connection.execute(CENSUS, {"after": after, "limit": limit})
        }

    def history(self, room: Room, page: Page) -> tuple[int, list[RoomChange]]:
        """The number of the room's status changes, and the changes of the page, newest first."""
        subject = {"hotel": room.hotel, "subject": subject_of(room.hotel, room.room_number)}
        return self._page(_change_of, count=HISTORY_COUNT, rows=HISTORY, params=subject, page=page)


def _key(room: Room) -> dict[str, Any]:
    return {"hotel": room.hotel, "id": room.id}


def _change_of(row: Any) -> RoomChange:
    source, priority = parsed_entry_name(row.what)
    return typed_row(RoomChange, row, source=source, priority=priority, by=codec.typed(row.by, Actor))
