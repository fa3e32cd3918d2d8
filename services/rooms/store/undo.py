"""The stays that a booking had in rooms before, for the undo of its steps."""

import sqlalchemy as sa

from services.rooms.store.base import RoomsStore

SLEPT_ELSEWHERE = sa.text("""
SELECT EXISTS (
    SELECT FROM period
    WHERE hotel = :hotel AND booking_id = :booking_id AND kind = 'STAY' AND NOT live AND NOT isempty(nights)
)
""")


class SqlUndo(RoomsStore):
    """Reads and revives what a booking had: rows of the tables `period` and `hold`. The caller has locked the hold."""

    def slept_elsewhere(self, hotel: str, booking_id: str) -> bool:
        """Whether the booking's guest has slept a night in a room that the guest has left."""
        return bool(self._number(SLEPT_ELSEWHERE, {"hotel": hotel, "booking_id": booking_id}))
