"""Holds of nights as the rooms service publishes them. All times are those of the database's clock."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.store import SqlStore
from services.bookings.store.tables import HOLD

CHECK_AFTER = timedelta(seconds=60)
_IS_DUE = HOLD.c.check_at <= sa.func.now()


class SqlInventoryHolds(SqlStore):
    """The holds, one row for each booking with held nights."""

    def add(self, hotel: str, booking_id: str, held_at: datetime) -> None:
        """Store a hold, and schedule its first check in a minute."""
        soon = sa.func.now() + CHECK_AFTER
        statement = insert(HOLD).values(booking_id=booking_id, hotel=hotel, held_at=held_at, check_at=soon)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["hotel", "booking_id"], set_={"held_at": held_at, "check_at": soon}
            )
        )

    def delete(self, hotel: str, booking_id: str) -> None:
        """Delete a hold that the rooms service has released."""
        self._connection.execute(HOLD.delete().where(_of(hotel, booking_id)))

    def check_soon(self, hotel: str, booking_id: str) -> None:
        """Schedule the hold's check for a minute from now, because the booking's event may still be on its way."""
        self._connection.execute(
            HOLD.update().where(_of(hotel, booking_id)).values(check_at=sa.func.now() + CHECK_AFTER)
        )

    def keep(self, hotel: str, booking_id: str) -> None:
        """Remove the scheduled check of the hold."""
        self._connection.execute(HOLD.update().where(_of(hotel, booking_id)).values(check_at=None))

    def first_due(self) -> tuple[str, str] | None:
        """The hotel and the id of the booking whose hold is due first, read without a lock; None if none is due."""
        due = sa.select(HOLD.c.hotel, HOLD.c.booking_id).where(_IS_DUE)
        row = self._connection.execute(due.order_by(HOLD.c.check_at).limit(1)).first()
        return (row.hotel, row.booking_id) if row else None

    def lease(self, hotel: str, booking_id: str) -> bool:
        """Lease a due hold for a minute, with its booking locked; returns False where the hold is no longer due."""
        leased = HOLD.update().where(_of(hotel, booking_id), _IS_DUE).values(check_at=sa.func.now() + CHECK_AFTER)
        return self._connection.execute(leased).rowcount > 0


def _of(hotel: str, booking_id: str) -> sa.ColumnElement[bool]:
    return (HOLD.c.hotel == hotel) & (HOLD.c.booking_id == booking_id)
