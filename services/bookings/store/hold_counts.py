"""Counters of unpaid holds, per hotel and guest. The constraint `hold_count_capped` enforces the caps.

Of concurrent holds of one guest, each waits for the one before on the counter's row, so that exactly as many are
stored as the cap permits. Each statement takes the counters' rows in the order of their names.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from chassis.transactions.store import SqlStore
from services.bookings.domain.booking import Booking
from services.bookings.domain.hold_counts import HoldCount, too_many_holds

COUNTERS = """unnest(
    CAST(:names AS text[]), CAST(:most_holds AS integer[]), CAST(:most_nights AS integer[])
) AS counter (name, most_holds, most_nights)"""
FULL = sa.text(f"""
SELECT 1 FROM hold_count AS count JOIN {COUNTERS} ON counter.name = count.name
WHERE count.hotel = :hotel
  AND (count.holds >= counter.most_holds OR count.nights + :nights > counter.most_nights) LIMIT 1
""")  # noqa: S608
COUNT = sa.text(f"""
INSERT INTO hold_count AS count (hotel, name, holds, nights, most_holds, most_nights)
SELECT :hotel, name, 1, :nights, most_holds, most_nights FROM {COUNTERS} ORDER BY name
ON CONFLICT (hotel, name) DO UPDATE
SET holds = count.holds + 1, nights = count.nights + excluded.nights, most_holds = excluded.most_holds,
    most_nights = excluded.most_nights
""")  # noqa: S608
# A counter ends with its last hold. Each column of the constraints is written from the locked row: after a wait for the
# lock, PostgreSQL checks them once with the row as it was when the statement began.
DISCOUNT = sa.text("""
WITH counter AS (
    SELECT name, holds, nights, most_holds, most_nights FROM hold_count
    WHERE hotel = :hotel AND name = ANY (:names) ORDER BY name FOR UPDATE
), ended AS (
    DELETE FROM hold_count AS count USING counter
    WHERE count.hotel = :hotel AND count.name = counter.name AND counter.holds = 1
)
UPDATE hold_count AS count
SET holds = counter.holds - 1, nights = counter.nights - :nights, most_holds = counter.most_holds,
    most_nights = counter.most_nights
FROM counter WHERE count.hotel = :hotel AND count.name = counter.name AND counter.holds > 1
""")
CAPPED = "hold_count_capped"


class SqlHoldCounts(SqlStore):
    """The table `hold_count`."""

    def check(self, hotel: str, counters: Sequence[HoldCount], *, nights: int) -> None:
        """Read, without a lock, whether another hold of so many nights may count. Refused `TOO_MANY_HOLDS`."""
        too_long = any(counter.most_nights is not None and nights > counter.most_nights for counter in counters)
        if too_long or self._connection.execute(FULL, _params(hotel, counters, nights)).first():
            raise too_many_holds()

    def add(self, hotel: str, counters: Sequence[HoldCount], *, nights: int) -> None:
        """Count another hold of so many nights. Refused `TOO_MANY_HOLDS`; the transaction must then be rolled back."""
        try:
            self._connection.execute(COUNT, _params(hotel, counters, nights))
        except sa.exc.IntegrityError as problem:
            if getattr(getattr(problem.orig, "diag", None), "constraint_name", "") == CAPPED:
                raise too_many_holds() from problem
            raise

    def remove(self, booking: Booking) -> None:
        """Stop counting the hold of this booking."""
        row = {"hotel": booking.hotel, "names": list(booking.counted_by), "nights": booking.stay.nights}
        self._connection.execute(DISCOUNT, row)


def _params(hotel: str, counters: Sequence[HoldCount], nights: int) -> dict[str, object]:
    return {
        "hotel": hotel,
        "names": [counter.name for counter in counters],
        "most_holds": [counter.most_holds for counter in counters],
        "most_nights": [counter.most_nights for counter in counters],
        "nights": nights,
    }
