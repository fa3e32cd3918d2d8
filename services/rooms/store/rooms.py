"""Rooms as they stand, and the trail of their turnover."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms import ChangeSource, MaintenancePriority, RoomChange, RoomStatus
from contracts.rooms.occupancy import RoomOccupancy
from contracts.values import Actor, Page
from services.rooms.domain.assigning import Room

WHAT = "RoomStatusChanged"

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
TURN = sa.text("""
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
TRAIL = sa.text("""
SELECT what, by, from_status, to_status, at, why FROM audit
WHERE subject = :subject AND from_status IS NOT NULL ORDER BY sequence DESC LIMIT :limit OFFSET :skip
""")
TRAIL_LENGTH = sa.text("SELECT count(*) FROM audit WHERE subject = :subject AND from_status IS NOT NULL")


class Rooms:
    """Reads, locks and turns rooms."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, hotel: str, room_number: str) -> Room | None:
        """One room."""
        return self._one(ONE, hotel, room_number)

    def lock_one(self, hotel: str, room_number: str) -> Room | None:
        """One room, kept from changing. Only for who locks no other."""
        return self._one(LOCK_ONE, hotel, room_number)

    def lock(self, ids: Iterable[int]) -> dict[int, Room]:
        """These rooms, kept from changing, ascending."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        return {row.id: _room_of(row) for row in self._connection.execute(LOCK, {"ids": wanted})}

    def all(self, hotel: str) -> list[Room]:
        """Every room of a hotel."""
        return [_room_of(row) for row in self._connection.execute(ALL, {"hotel": hotel})]

    def of_type(self, hotel: str, room_type: str) -> list[Room] | None:
        """A hotel's rooms by number, or those of a type (code or name); None: it has no such type."""
        rows = self._connection.execute(OF_TYPE, {"hotel": hotel, "room_type": room_type}).all()
        if room_type and not rows:
            return None
        return [_room_of(row) for row in rows if row.id is not None]

    def named(self, hotel: str, *, ids: Sequence[int], numbers: Sequence[str]) -> list[Room]:
        """Those of the hotel's rooms that have one of these ids or numbers."""
        asked = {"hotel": hotel, "ids": list(ids), "numbers": list(numbers)}
        return [_room_of(row) for row in self._connection.execute(NAMED, asked)]

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
        """How many match, and those on the page, by number."""
        escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        asked = {
            "hotel": hotel,
            "search": search,
            "like": f"%{escaped}%",
            "status": status and status.value,
            "room_type": room_type,
            "floor": floor,
            "occupied": occupied,
        }
        count = int(self._connection.execute(COUNT, asked).scalar_one())
        limits = {"limit": page.page_size, "skip": (page.page - 1) * page.page_size}
        return count, [_room_of(row) for row in self._connection.execute(LIST, asked | limits)]

    def turn(
        self,
        room: Room,
        *,
        status: RoomStatus,
        occupied_by: str | None,
        priority: MaintenancePriority | None,
        cleaned_at: datetime | None = None,
        inspected_at: datetime | None = None,
    ) -> int:
        """Write the room's new status; its new version."""
        changed = {
            "id": room.id,
            "status": status.value,
            "occupied_by": occupied_by,
            "priority": priority and priority.value,
            "cleaned_at": cleaned_at,
            "inspected_at": inspected_at,
        }
        return int(self._connection.execute(TURN, changed).scalar_one())

    def census(self, *, after: int, limit: int) -> dict[int, RoomOccupancy]:
        """Who lives where, of the rooms of all hotels after that id, by id."""
        return {
            row.id: RoomOccupancy(
                hotel=row.hotel,
                room_number=row.room_number,
                occupied_by=row.occupied_by,
                claimed_by=tuple(one for one in row.claims if one),
            )
            for row in self._connection.execute(CENSUS, {"after": after, "limit": limit})
        }

    def trail(self, room: Room, page: Page) -> tuple[int, tuple[RoomChange, ...]]:
        """How many changes the room has had, and those on the page, newest first."""
        subject = {"subject": subject_of(room.hotel, room.room_number)}
        count = int(self._connection.execute(TRAIL_LENGTH, subject).scalar_one())
        limits = {"limit": page.page_size, "skip": (page.page - 1) * page.page_size}
        return count, tuple(_change_of(row) for row in self._connection.execute(TRAIL, subject | limits))

    def _one(self, statement: sa.TextClause, hotel: str, room_number: str) -> Room | None:
        row = self._connection.execute(statement, {"hotel": hotel, "room_number": room_number}).one_or_none()
        return _room_of(row) if row else None


def subject_of(hotel: str, room_number: str) -> str:
    """What a room's trail is filed under."""
    return f"room/{hotel}/{room_number}"


def _room_of(row: Any) -> Room:
    priority = MaintenancePriority(row.maintenance_priority) if row.maintenance_priority else None
    return Room(**{**row._mapping, "status": RoomStatus(row.status), "maintenance_priority": priority})


def what_of(source: ChangeSource, priority: MaintenancePriority | None) -> str:
    """What a change is called in the trail: its source and its priority stand behind the fact's name."""
    return " ".join((WHAT, source, *filter(None, [priority])))


def _change_of(row: Any) -> RoomChange:
    _, source, *priority = row.what.split()
    return RoomChange(
        old_status=RoomStatus(row.from_status),
        new_status=RoomStatus(row.to_status),
        source=source,
        priority=MaintenancePriority(priority[0]) if priority else None,
        by=codec.typed(row.by, Actor),
        note=row.why,
        changed_at=row.at,
    )
