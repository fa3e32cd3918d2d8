"""Nights of which staff were told that unusually many rooms are held unpaid."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.transactions.store import SqlStore
from services.bookings.domain.unusual_holds import ALWAYS_USUAL
from services.bookings.store.tables import UNUSUAL_NIGHT

HELD = sa.text("""
SELECT hotel, CAST(night AS date) AS night, count(*) AS rooms
FROM booking, generate_series(check_in, check_out - 1, interval '1 day') AS night
WHERE status = 'PENDING_PAYMENT' GROUP BY 1, 2 HAVING count(*) > :usual
""")
ALONE = sa.text("SELECT pg_advisory_xact_lock(hashtext('unusual_night'))")

HeldNights = dict[str, dict[date, int]]


class SqlUnusualNights(SqlStore):
    """The table `unusual_night`."""

    def held(self) -> HeldNights:
        """The rooms that are held unpaid, by hotel and night; nights on which that is usual everywhere are left out."""
        held: HeldNights = {}
        for row in self._connection.execute(HELD, {"usual": ALWAYS_USUAL}):
            held.setdefault(row.hotel, {})[row.night] = row.rooms
        return held

    def noticed(self) -> set[tuple[str, date]]:
        """The nights of which staff were told, each with its hotel."""
        rows = self._connection.execute(sa.select(UNUSUAL_NIGHT.c.hotel, UNUSUAL_NIGHT.c.night))
        return {(row.hotel, row.night) for row in rows}

    def alone(self) -> None:
        """Wait until no other transaction compares the nights."""
        self._connection.execute(ALONE)

    def add(self, hotel: str, night: date, *, now: datetime) -> bool:
        """Store that staff are told of the night; returns False where staff were told before."""
        row = {"hotel": hotel, "night": night, "noticed_at": now}
        added = insert(UNUSUAL_NIGHT).values(row).on_conflict_do_nothing().returning(UNUSUAL_NIGHT.c.night)
        return self._connection.execute(added).first() is not None

    def remove(self, hotel: str, night: date) -> None:
        """Delete the night, so that staff are told again when it is unusual again."""
        same = (UNUSUAL_NIGHT.c.hotel == hotel) & (UNUSUAL_NIGHT.c.night == night)
        self._connection.execute(UNUSUAL_NIGHT.delete().where(same))
