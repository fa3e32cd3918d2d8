"""Rooms, and the history of their status."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms.events import MaintenancePriority, RoomStatus
from contracts.rooms.occupancy import RoomOccupancy
from contracts.rooms.rooms import RoomChange
from contracts.values import Actor, Page
from services.rooms.domain.room_history import parsed_entry_name, subject_of
from services.rooms.domain.rooms import Room
from services.rooms.store.paging import like, limits

COLUMNS = """
r.id, r.hotel, r.room_number, r.room_type_id, t.code AS type_code, t.name AS type_name, r.status, r.is_active, r.floor,
r.notes, r.last_cleaned_at, r.last_inspected_at, r.occupied_by, r.version, r.maintenance_priority
"""
ROOM = f"SELECT {COLUMNS} FROM room r JOIN room_type t ON t.id = r.room_type_id"  # noqa: S608
BY_NUMBER = f"{ROOM} WHERE r.hotel = :hotel AND r.room_number = :room_number AND r.removed_at IS NULL"
ONE = sa.text(BY_NUMBER)
LOCK_ONE = sa.text(f"{BY_NUMBER} FOR NO KEY UPDATE OF r")
LOCK = sa.text(f"{ROOM} WHERE r.id = ANY (:ids) ORDER BY r.id FOR NO KEY UPDATE OF r")
NAMED = sa.text(f"""
{ROOM} WHERE r.hotel = :hotel AND (r.id = ANY (:ids) OR r.room_number = ANY (:numbers)) AND r.removed_at IS NULL
ORDER BY r.id
""")
ALL = sa.text(f"{ROOM} WHERE r.hotel = :hotel AND r.removed_at IS NULL ORDER BY r.id")
OF_TYPE = sa.text(f"""
SELECT {COLUMNS} FROM room_type t LEFT JOIN room r ON r.room_type_id = t.id AND r.removed_at IS NULL
WHERE t.hotel = :hotel AND t.removed_at IS NULL
  AND (:room_type = '' OR lower(t.code) = lower(:room_type) OR lower(t.name) = lower(:room_type))
ORDER BY length(r.room_number), r.room_number
""")  # noqa: S608
FILTER = """
WHERE r.hotel = :hotel AND r.removed_at IS NULL AND (CAST(:status AS text) IS NULL OR r.status = :status)
  AND (:search = '' OR r.room_number ILIKE :like OR t.name ILIKE :like OR t.code ILIKE :like)
  AND (:room_type = '' OR lower(t.code) = lower(:room_type) OR lower(t.name) = lower(:room_type))
  AND (CAST(:floor AS integer) IS NULL OR r.floor = :floor)
  AND (CAST(:occupied AS boolean) IS NULL OR (r.status = 'OCCUPIED') = :occupied)
"""
LIST = sa.text(f"{ROOM} {FILTER} ORDER BY length(r.room_number), r.room_number LIMIT :limit OFFSET :skip")
COUNT = sa.text(f"SELECT count(*) FROM room r JOIN room_type t ON t.id = r.room_type_id {FILTER}")  # noqa: S608
CHANGE_STATUS = sa.text("""
UPDATE room SET status = :status, occupied_by = :occupied_by, maintenance_priority = :priority, version = version + 1,
    last_cleaned_at = coalesce(:cleaned_at, last_cleaned_at),
    last_inspected_at = coalesce(:inspected_at, last_inspected_at)
WHERE id = :id RETURNING version
""").bindparams(
    sa.bindparam("cleaned_at", type_=sa.DateTime(timezone=True)),
    sa.bindparam("inspected_at", type_=sa.DateTime(timezone=True)),
)
CENSUS = sa.text("""
SELECT r.id, r.hotel, r.room_number, r.occupied_by, array_agg(p.booking_id ORDER BY p.id) AS claims
FROM room r LEFT JOIN period p ON p.room_id = r.id AND p.live AND p.kind = 'STAY'
WHERE r.id > :after GROUP BY r.id ORDER BY r.id LIMIT :limit
""")
HISTORY = sa.text("""
SELECT what, by, from_status, to_status, at, why FROM audit
WHERE subject = :subject AND from_status IS NOT NULL ORDER BY sequence DESC LIMIT :limit OFFSET :skip
""")
HISTORY_COUNT = sa.text("SELECT count(*) FROM audit WHERE subject = :subject AND from_status IS NOT NULL")


class SqlRooms:
    """The table `room`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, hotel: str, room_number: str) -> Room | None:
        """One room, None where the hotel has no such room."""
        return self._one(ONE, hotel, room_number)

    def lock_one(self, hotel: str, room_number: str) -> Room | None:
        """Lock one room, in a transaction that locks no other room."""
        return self._one(LOCK_ONE, hotel, room_number)

    def lock(self, ids: Iterable[int]) -> dict[int, Room]:
        """Lock these rooms, ascending; returns the rooms by id."""
        in_order = sorted(set(ids))
        if not in_order:
            return {}
        return {row.id: _room_of(row) for row in self._connection.execute(LOCK, {"ids": in_order})}

    def all(self, hotel: str) -> list[Room]:
        """Every room of a hotel."""
        return [_room_of(row) for row in self._connection.execute(ALL, {"hotel": hotel})]

    def of_type(self, hotel: str, room_type: str) -> list[Room] | None:
        """A hotel's rooms by number, or those of one type (code or name); None where the hotel has no such type."""
        rows = self._connection.execute(OF_TYPE, {"hotel": hotel, "room_type": room_type}).all()
        if room_type and not rows:
            return None
        return [_room_of(row) for row in rows if row.id is not None]

    def named(self, hotel: str, *, ids: Sequence[int], numbers: Sequence[str]) -> list[Room]:
        """The hotel's rooms with one of these ids or numbers."""
        params = {"hotel": hotel, "ids": list(ids), "numbers": list(numbers)}
        return [_room_of(row) for row in self._connection.execute(NAMED, params)]

    def page(
        self,
        hotel: str,
        *,
        search: str,
        status: RoomStatus | None,
        room_type: str,
        floor: int | None,
        occupied: bool | None,
        page: Page,
    ) -> tuple[int, list[Room]]:
        """The number of matching rooms, and the rooms of the page, by number."""
        params = {
            "hotel": hotel,
            "search": search,
            "like": like(search),
            "status": status and status.value,
            "room_type": room_type,
            "floor": floor,
            "occupied": occupied,
        }
        count = int(self._connection.execute(COUNT, params).scalar_one())
        return count, [_room_of(row) for row in self._connection.execute(LIST, params | limits(page))]

    def change_status(
        self,
        room: Room,
        *,
        status: RoomStatus,
        occupied_by: str | None,
        priority: MaintenancePriority | None,
        cleaned_at: datetime | None = None,
        inspected_at: datetime | None = None,
    ) -> int:
        """Write the room's new status; returns the room's new version. Times are UTC."""
        row = {
            "id": room.id,
            "status": status.value,
            "occupied_by": occupied_by,
            "priority": priority and priority.value,
            "cleaned_at": cleaned_at,
            "inspected_at": inspected_at,
        }
        return int(self._connection.execute(CHANGE_STATUS, row).scalar_one())

    def census(self, *, after: int, limit: int) -> dict[int, RoomOccupancy]:
        """The occupancy of rooms of all hotels with an id greater than `after`, by room id."""
        return {
            row.id: RoomOccupancy(
                hotel=row.hotel,
                room_number=row.room_number,
                occupied_by=row.occupied_by,
                claimed_by=tuple(booking_id for booking_id in row.claims if booking_id),
            )
            for row in self._connection.execute(CENSUS, {"after": after, "limit": limit})
        }

    def history(self, room: Room, page: Page) -> tuple[int, tuple[RoomChange, ...]]:
        """The number of the room's status changes, and the changes of the page, newest first."""
        subject = {"subject": subject_of(room.hotel, room.room_number)}
        count = int(self._connection.execute(HISTORY_COUNT, subject).scalar_one())
        return count, tuple(_change_of(row) for row in self._connection.execute(HISTORY, subject | limits(page)))

    def _one(self, statement: sa.TextClause, hotel: str, room_number: str) -> Room | None:
        row = self._connection.execute(statement, {"hotel": hotel, "room_number": room_number}).one_or_none()
        return _room_of(row) if row else None


def _room_of(row: Any) -> Room:
    priority = MaintenancePriority(row.maintenance_priority) if row.maintenance_priority else None
    return Room(**{**row._mapping, "status": RoomStatus(row.status), "maintenance_priority": priority})


def _change_of(row: Any) -> RoomChange:
    source, priority = parsed_entry_name(row.what)
    return RoomChange(
        old_status=RoomStatus(row.from_status),
        new_status=RoomStatus(row.to_status),
        source=source,
        priority=priority,
        by=codec.typed(row.by, Actor),
        note=row.why,
        changed_at=row.at,
    )
