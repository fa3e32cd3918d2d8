"""Details of rooms, the fields that staff change. The row and the history of a removed room stay."""

from datetime import datetime

import sqlalchemy as sa

from services.rooms.domain.rooms import RoomDetails
from services.rooms.store.base import RoomsStore

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


class SqlRoomDetails(RoomsStore):
    """The table `room`. The caller of a write has locked the hotel, and then the room."""

    def add(self, hotel: str, room_number: str, details: RoomDetails) -> int | None:
        """Insert a room, or bring back a removed one; returns its version.

        Returns None where the hotel has a room with that number.
        """
        row = vars(details) | {"hotel": hotel, "room_number": room_number}
        return self._connection.execute(ADD, row).scalar_one_or_none()

    def write(self, room_id: int, details: RoomDetails) -> int:
        """Write the details of a room; returns the room's new version."""
        return self._number(WRITE, vars(details) | {"id": room_id})

    def remove(self, room_id: int, *, now: datetime) -> int:
        """Remove a room; returns the room's new version."""
        return self._number(REMOVE, {"id": room_id, "now": now})

    def stays(self, room_id: int) -> list[str]:
        """The ids of the bookings with a live stay in the room."""
        return list(self._connection.execute(STAYS, {"id": room_id}).scalars())
