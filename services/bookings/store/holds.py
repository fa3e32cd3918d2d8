"""What rooms says is held, and when to look whether it is still wanted. All times here are wall time."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from services.bookings.store.tables import HOLD

LOOK_AFTER = timedelta(seconds=60)


class Holds:
    """One row for each booking that has inventory."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def keep(self, booking_id: str, hotel: str, held_at: datetime) -> None:
        """Rooms has sold nights to this booking."""
        soon = sa.func.now() + LOOK_AFTER
        statement = insert(HOLD).values(booking_id=booking_id, hotel=hotel, held_at=held_at, check_at=soon)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["booking_id"], set_={"held_at": held_at, "check_at": soon})
        )

    def forget(self, booking_id: str) -> None:
        """Rooms has freed them."""
        self._connection.execute(HOLD.delete().where(HOLD.c.booking_id == booking_id))

    def look_again(self, booking_id: str) -> None:
        """The booking has come to nothing: rooms should free its hold by itself within a minute."""
        self._connection.execute(
            HOLD.update().where(HOLD.c.booking_id == booking_id).values(check_at=sa.func.now() + LOOK_AFTER)
        )

    def settle(self, booking_id: str) -> None:
        """The hold is wanted: do not look again until the booking ends."""
        self._connection.execute(HOLD.update().where(HOLD.c.booking_id == booking_id).values(check_at=None))

    def take_due(self) -> str | None:
        """The booking whose hold is to be looked at first; nobody else gets it for a minute."""
        due = sa.select(HOLD.c.booking_id).where(HOLD.c.check_at <= sa.func.now()).order_by(HOLD.c.check_at).limit(1)
        booking_id: str | None = self._connection.execute(due.with_for_update(skip_locked=True)).scalar()
        if booking_id:
            self.look_again(booking_id)
        return booking_id
