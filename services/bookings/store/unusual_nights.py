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
WHERE status = 'PENDING_PAYMENT' AND (CAST(:hotel AS text) IS NULL OR hotel = :hotel)
GROUP BY 1, 2 HAVING count(*) > :usual
""")
LOCK = sa.text("SELECT pg_try_advisory_xact_lock(hashtext('unusual_night'), hashtext(:hotel))")

HeldNights = dict[str, dict[date, int]]


class SqlUnusualNights(SqlStore):
    """The table `unusual_night`."""

    def held(self, hotel: str | None = None) -> HeldNights:
        """The rooms that are held unpaid, by hotel and night; nights on which that is usual everywhere are left out.

        Without `hotel`, the rooms of all hotels.
        """
        held: HeldNights = {}
        for row in self._connection.execute(HELD, {"usual": ALWAYS_USUAL, "hotel": hotel}):
            held.setdefault(row.hotel, {})[row.night] = row.rooms
        return held

    def noticed(self, hotel: str | None = None) -> set[tuple[str, date]]:
        """The nights of which staff were told, each with its hotel. Without `hotel`, the nights of all hotels."""
        nights = sa.select(UNUSUAL_NIGHT.c.hotel, UNUSUAL_NIGHT.c.night)
        of_hotel = nights if hotel is None else nights.where(UNUSUAL_NIGHT.c.hotel == hotel)
        return {(row.hotel, row.night) for row in self._connection.execute(of_hotel)}

    def lock(self, hotel: str) -> bool:
        """Lock the hotel's nights until the transaction ends; returns False where another transaction has the lock."""
        return bool(self._connection.execute(LOCK, {"hotel": hotel}).scalar_one())

    def add(self, hotel: str, night: date, *, now: datetime) -> bool:
        """Store that staff are told of the night; returns False where staff were told before."""
        row = {"hotel": hotel, "night": night, "noticed_at": now}
        added = insert(UNUSUAL_NIGHT).values(row).on_conflict_do_nothing().returning(UNUSUAL_NIGHT.c.night)
        return self._connection.execute(added).first() is not None

    def remove(self, hotel: str, night: date) -> None:
        """Delete the night, so that staff are told again when it is unusual again."""
        same = (UNUSUAL_NIGHT.c.hotel == hotel) & (UNUSUAL_NIGHT.c.night == night)
        self._connection.execute(UNUSUAL_NIGHT.delete().where(same))
