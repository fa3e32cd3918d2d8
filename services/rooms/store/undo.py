"""What a booking had in a room before, and the revival of its hold and its stay. The caller has locked the hold."""

from datetime import date

import sqlalchemy as sa

from chassis.database.errors import constraint_of
from contracts.values import Stay
from services.rooms.domain.holds import Hold
from services.rooms.domain.periods import Period
from services.rooms.store.base import RoomsStore, typed_row
from services.rooms.store.periods import COLUMNS

SLEPT_ELSEWHERE = sa.text("""
SELECT EXISTS (
    SELECT FROM period
    WHERE hotel = :hotel AND booking_id = :booking_id AND kind = 'STAY' AND NOT live AND NOT isempty(nights)
)
""")
# The nights of a stay that ended on its first day are empty, without bounds.
LAST_STAY = sa.text(f"""
SELECT {COLUMNS} FROM period
WHERE hotel = :hotel AND booking_id = :booking_id AND kind = 'STAY' AND NOT live AND moved_in_at IS NOT NULL
ORDER BY ended_at DESC, id DESC LIMIT 1
""")  # noqa: S608
REVIVE_STAY = sa.text("""
UPDATE period SET live = true, ended_at = NULL, nights = daterange(:first, :until)
WHERE hotel = :hotel AND id = :id AND NOT live RETURNING id
""")
REVIVE_HOLD = sa.text("""
UPDATE hold SET ended_at = NULL, check_in = :check_in, check_out = :check_out, version = version + 1
WHERE hotel = :hotel AND booking_id = :booking_id AND ended_at IS NOT NULL RETURNING version
""")
TYPE_CODE = sa.text("SELECT code FROM room_type WHERE hotel = :hotel AND id = :id")
APPLIED = sa.text("SELECT last FROM inbox_position WHERE source = 'bookings' AND subject = :booking_id")


class SqlUndo(RoomsStore):
    """Reads and revives rows of the tables `period` and `hold` of one booking."""

    def applied_events(self, booking_id: str) -> int:
        """The number of the last event of the booking that this service has applied; 0 before the first."""
        return int(self._connection.execute(APPLIED, {"booking_id": booking_id}).scalar_one_or_none() or 0)

    def slept_elsewhere(self, hotel: str, booking_id: str) -> bool:
        """Whether the booking's guest has slept a night in a room that the guest has left."""
        return bool(self._number(SLEPT_ELSEWHERE, {"hotel": hotel, "booking_id": booking_id}))

    def last_stay(self, hotel: str, booking_id: str, *, left_on: date) -> Period | None:
        """The booking's last stay that the guest moved into and that has ended; None where there is none.

        A stay without a night begins on `left_on`.
        """
        params = {"hotel": hotel, "booking_id": booking_id}
        row = self._connection.execute(LAST_STAY, params).one_or_none()
        if row is None:
            return None
        first = row.first_night or left_on
        return typed_row(Period, row, nights=Stay(first, row.until or first))

    def revive_stay(self, stay: Period, *, until: date) -> bool:
        """Make the ended stay live until this date; returns False where the room is taken on one of the nights.

        After False, the transaction must be rolled back.
        """
        params = {"hotel": stay.hotel, "id": stay.id, "first": stay.nights.check_in, "until": until}
        try:
            self._connection.execute(REVIVE_STAY, params).scalar_one()
        except sa.exc.IntegrityError as error:
            if constraint_of(error) == "period_no_room_twice":
                return False
            raise
        return True

    def type_code(self, hold: Hold) -> str:
        """The code of the booked room type."""
        params = {"hotel": hold.hotel, "id": hold.room_type_id}
        return str(self._connection.execute(TYPE_CODE, params).scalar_one())

    def revive_hold(self, hold: Hold) -> int:
        """Make an ended hold live, with the dates of this one; returns its new version. Its parts stay as they are."""
        params = {
            "hotel": hold.hotel,
            "booking_id": hold.booking_id,
            "check_in": hold.stay.check_in,
            "check_out": hold.stay.check_out,
        }
        return self._number(REVIVE_HOLD, params)
