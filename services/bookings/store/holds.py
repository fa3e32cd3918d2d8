"""Holds of nights as rooms has published them, and when to check for orphans. All times are wall time."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.bookings.store.tables import HOLD

CHECK_AFTER = timedelta(seconds=60)


class SqlInventoryHolds:
    """One row per booking with held nights."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, booking_id: str, hotel: str, held_at: datetime) -> None:
        """Store a hold, to be checked in a minute."""
        soon = sa.func.now() + CHECK_AFTER
        statement = insert(HOLD).values(booking_id=booking_id, hotel=hotel, held_at=held_at, check_at=soon)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["booking_id"], set_={"held_at": held_at, "check_at": soon})
        )

    def delete(self, booking_id: str) -> None:
        """Delete a released hold."""
        self._connection.execute(HOLD.delete().where(HOLD.c.booking_id == booking_id))

    def check_soon(self, booking_id: str) -> None:
        """Check the hold in a minute: until then rooms may release it on the booking's event."""
        self._connection.execute(
            HOLD.update().where(HOLD.c.booking_id == booking_id).values(check_at=sa.func.now() + CHECK_AFTER)
        )

    def keep(self, booking_id: str) -> None:
        """Do not check the hold again until the booking ends."""
        self._connection.execute(HOLD.update().where(HOLD.c.booking_id == booking_id).values(check_at=None))

    def take_due(self) -> str | None:
        """The booking whose hold is due first, leased for a minute."""
        due = sa.select(HOLD.c.booking_id).where(HOLD.c.check_at <= sa.func.now()).order_by(HOLD.c.check_at).limit(1)
        booking_id: str | None = self._connection.execute(due.with_for_update(skip_locked=True)).scalar()
        if booking_id:
            self.check_soon(booking_id)
        return booking_id
