"""Rooms as they stand, and the trail of their turnover."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms import RoomChange, RoomStatus
from contracts.values import Actor, Page
from services.rooms.domain.assigning import Room

WHAT = "RoomStatusChanged"

COLUMNS = """
r.id, r.hotel, r.room_number, r.room_type_id, t.code AS type_code, t.name AS type_name, r.status, r.is_active, r.floor,
r.notes, r.last_cleaned_at, r.last_inspected_at, r.occupied_by, r.version
"""
ROOM = f"SELECT {COLUMNS} FROM room r JOIN room_type t ON t.id = r.room_type_id"  # noqa: S608
ONE = sa.text(f"{ROOM} WHERE r.hotel = :hotel AND r.room_number = :room_number")
LOCK_ONE = sa.text(f"{ROOM} WHERE r.hotel = :hotel AND r.room_number = :room_number FOR NO KEY UPDATE OF r")
LOCK = sa.text(f"{ROOM} WHERE r.id = ANY (:ids) ORDER BY r.id FOR NO KEY UPDATE OF r")
ALL = sa.text(f"{ROOM} WHERE r.hotel = :hotel ORDER BY r.id")
FILTER = """
WHERE r.hotel = :hotel AND (CAST(:status AS text) IS NULL OR r.status = :status)
  AND (:search = '' OR r.room_number ILIKE :like OR t.name ILIKE :like OR t.code ILIKE :like)
"""
LIST = sa.text(f"{ROOM} {FILTER} ORDER BY length(r.room_number), r.room_number LIMIT :limit OFFSET :skip")
COUNT = sa.text(f"SELECT count(*) FROM room r JOIN room_type t ON t.id = r.room_type_id {FILTER}")  # noqa: S608
TURN = sa.text("""
UPDATE room SET status = :status, occupied_by = :occupied_by, version = version + 1,
    last_cleaned_at = coalesce(:cleaned_at, last_cleaned_at),
    last_inspected_at = coalesce(:inspected_at, last_inspected_at)
WHERE id = :id RETURNING version
""").bindparams(
    sa.bindparam("cleaned_at", type_=sa.DateTime(timezone=True)),
    sa.bindparam("inspected_at", type_=sa.DateTime(timezone=True)),
)
OPEN_TASK = sa.text("""
INSERT INTO cleaning_task (room_id, booking_id, opened_at) VALUES (:room, :booking_id, :now) ON CONFLICT DO NOTHING
""")
CLOSE_TASK = sa.text("UPDATE cleaning_task SET done_at = :now WHERE room_id = :room AND done_at IS NULL")
TRAIL = sa.text("""
SELECT what, by, from_status, to_status, at, why FROM audit
WHERE subject = :subject AND from_status IS NOT NULL ORDER BY sequence DESC LIMIT 200
""")


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

    def page(self, hotel: str, *, search: str, status: RoomStatus | None, page: Page) -> tuple[int, list[Room]]:
        """How many match, and those on the page, by number."""
        escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        asked = {"hotel": hotel, "search": search, "like": f"%{escaped}%", "status": status and status.value}
        count = int(self._connection.execute(COUNT, asked).scalar_one())
        limits = {"limit": page.page_size, "skip": (page.page - 1) * page.page_size}
        return count, [_room_of(row) for row in self._connection.execute(LIST, asked | limits)]

    def turn(
        self,
        room: Room,
        *,
        status: RoomStatus,
        occupied_by: str | None,
        cleaned_at: datetime | None = None,
        inspected_at: datetime | None = None,
    ) -> int:
        """Write the room's new status; its new version."""
        changed = {
            "id": room.id,
            "status": status.value,
            "occupied_by": occupied_by,
            "cleaned_at": cleaned_at,
            "inspected_at": inspected_at,
        }
        return int(self._connection.execute(TURN, changed).scalar_one())

    def open_task(self, room: Room, *, booking_id: str, now: datetime) -> None:
        """Somebody has to clean the room; one task is open at most."""
        self._connection.execute(OPEN_TASK, {"room": room.id, "booking_id": booking_id, "now": now})

    def close_task(self, room: Room, *, now: datetime) -> None:
        """The room has been cleaned."""
        self._connection.execute(CLOSE_TASK, {"room": room.id, "now": now})

    def trail(self, room: Room) -> tuple[RoomChange, ...]:
        """The room's last 200 changes, newest first."""
        rows = self._connection.execute(TRAIL, {"subject": subject_of(room.hotel, room.room_number)})
        return tuple(_change_of(row) for row in rows)

    def _one(self, statement: sa.TextClause, hotel: str, room_number: str) -> Room | None:
        row = self._connection.execute(statement, {"hotel": hotel, "room_number": room_number}).one_or_none()
        return _room_of(row) if row else None


def subject_of(hotel: str, room_number: str) -> str:
    """What a room's trail is filed under."""
    return f"room/{hotel}/{room_number}"


def _room_of(row: Any) -> Room:
    return Room(**{**row._mapping, "status": RoomStatus(row.status)})


def _change_of(row: Any) -> RoomChange:
    return RoomChange(
        old_status=RoomStatus(row.from_status),
        new_status=RoomStatus(row.to_status),
        source=row.what.removeprefix(f"{WHAT} "),
        by=codec.typed(row.by, Actor),
        note=row.why,
        changed_at=row.at,
    )
