"""Holds of nights as the rooms service publishes them. All times are those of the database's clock.

`event_effects` inserts and deletes the holds. A hold is checked a minute later where its booking is not written yet, or
needs no nights. The insertion locks the booking before its status is compared: a booking that is called off meanwhile
has its hold checked.
"""

from datetime import timedelta

import sqlalchemy as sa

from chassis.transactions.store import SqlStore
from services.bookings.domain.pending_change import SEPARATOR
from services.bookings.lifecycle import WITHOUT_NIGHTS
from services.bookings.store.tables import HOLD

CHECK_AFTER = timedelta(seconds=60)
MOST = 500  # holds that one statement keeps
_OF_BOOKING = (HOLD.c.hotel == sa.bindparam("of_hotel")) & (HOLD.c.booking_id == sa.bindparam("of_booking"))
_CHECK_SOON = HOLD.update().where(_OF_BOOKING).values(check_at=sa.func.now() + CHECK_AFTER)
_KEEP = HOLD.update().where(_OF_BOOKING).values(check_at=None)
_LEASE = _CHECK_SOON.where(HOLD.c.check_at <= sa.func.now())
_WITHOUT_NIGHTS = sorted(WITHOUT_NIGHTS)
_KEEP_NEEDED = sa.text("""
WITH due AS (
    SELECT hotel, booking_id, check_at, split_part(booking_id, :separator, 1) AS id FROM hold
    WHERE check_at <= now() ORDER BY check_at LIMIT :most
), needed AS (
    SELECT due.hotel, due.booking_id AS id FROM booking
    JOIN due ON due.hotel = booking.hotel AND due.id = booking.id
    WHERE CASE WHEN due.booking_id = booking.id THEN booking.status <> ALL (:without_nights)
        ELSE due.booking_id IN (booking.pending_change ->> 'id', booking.pending ->> 'id') END
    FOR NO KEY UPDATE OF booking SKIP LOCKED
), kept AS (
    UPDATE hold SET check_at = NULL FROM needed WHERE hold.hotel = needed.hotel AND hold.booking_id = needed.id
    RETURNING hold.hotel, hold.booking_id
)
SELECT hotel, booking_id FROM due
WHERE (hotel, booking_id) NOT IN (SELECT hotel, booking_id FROM kept) ORDER BY check_at LIMIT 1
""")


class SqlInventoryHolds(SqlStore):
    """The holds, one row for each booking with held nights."""

    def check_soon(self, hotel: str, booking_id: str) -> None:
        """Schedule the hold's check for a minute from now, because the booking's event may still be on its way."""
        self._connection.execute(_CHECK_SOON, _of(hotel, booking_id))

    def keep(self, hotel: str, booking_id: str) -> None:
        """Remove the scheduled check of the hold."""
        self._connection.execute(_KEEP, _of(hotel, booking_id))

    def keep_needed(self) -> tuple[str, str] | None:
        """Remove the check of every due hold whose booking needs its nights; bookings that are locked are left out.

        Returns the hotel and the booking id of the hold that is due first among the others, read without a lock; None
        if no other is due.
        """
        row = self._connection.execute(
            _KEEP_NEEDED, {"without_nights": _WITHOUT_NIGHTS, "most": MOST, "separator": SEPARATOR}
        ).first()
        return (row.hotel, row.booking_id) if row else None

    def lease(self, hotel: str, booking_id: str) -> bool:
        """Lease a due hold for a minute, with its booking locked; returns False where the hold is no longer due."""
        return self._connection.execute(_LEASE, _of(hotel, booking_id)).rowcount > 0


def _of(hotel: str, booking_id: str) -> dict[str, str]:
    return {"of_hotel": hotel, "of_booking": booking_id}
