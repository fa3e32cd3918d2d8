"""Rooms that are added, changed and removed by hand. A removed one keeps its row and its history."""

from datetime import datetime

import sqlalchemy as sa

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
WHERE id = :id RETURNING version
""")
REMOVE = sa.text("""
UPDATE room SET is_active = false, removed_at = :now, version = version + 1 WHERE id = :id RETURNING version
""")
STAYS = sa.text("""
SELECT booking_id FROM period WHERE room_id = :id AND live AND kind = 'STAY' ORDER BY booking_id
""")


class RoomEdits:
    """Writes what a room is. Who writes holds the hotel's lock, and then the room's."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self, hotel: str, room_number: str, *, room_type_id: int, floor: int | None, notes: str, is_active: bool
    ) -> int | None:
        """Add the room; its version. None: there is one with that number."""
        row = {
            "hotel": hotel,
            "room_number": room_number,
            "room_type_id": room_type_id,
            "floor": floor,
            "notes": notes,
            "is_active": is_active,
        }
        return self._connection.execute(ADD, row).scalar_one_or_none()

    def write(self, room_id: int, *, room_type_id: int, floor: int | None, notes: str, is_active: bool) -> int:
        """Write what the room is; its version."""
        row = {
            "id": room_id,
            "room_type_id": room_type_id,
            "floor": floor,
            "notes": notes,
            "is_active": is_active,
        }
        return int(self._connection.execute(WRITE, row).scalar_one())

    def remove(self, room_id: int, *, now: datetime) -> int:
        """Take it away; its version."""
        return int(self._connection.execute(REMOVE, {"id": room_id, "now": now}).scalar_one())

    def stays(self, room_id: int) -> list[str]:
        """The bookings that have the room, now or to come."""
        return list(self._connection.execute(STAYS, {"id": room_id}).scalars())
