"""Counters of unpaid holds, per hotel and guest. The constraint `hold_count_capped` enforces the caps.

Of concurrent holds of one guest, each waits for the one before on the counter's row, so that exactly as many are
stored as the cap permits. Each statement takes the counters' rows in the order of their names.
"""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa

from chassis.database.errors import constraint_of
from chassis.transactions.store import SqlStore
from services.bookings.domain.booking import Booking
from services.bookings.domain.hold_counts import HoldCount, counted_nights, too_many_holds

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
WITH ended AS (
    SELECT * FROM unnest(
        CAST(:hotels AS text[]), CAST(:names AS text[]), CAST(:holds AS integer[]), CAST(:nights AS integer[])
    ) AS ended (hotel, name, holds, nights)
), counter AS (
    SELECT hotel, name, holds, nights, most_holds, most_nights FROM hold_count
    WHERE (hotel, name) IN (SELECT hotel, name FROM ended) ORDER BY hotel, name FOR UPDATE
), rest AS (
    SELECT hotel, name, counter.holds - ended.holds AS holds, counter.nights - ended.nights AS nights,
        most_holds, most_nights
    FROM counter JOIN ended USING (hotel, name)
), removed AS (
    DELETE FROM hold_count AS count USING rest
    WHERE count.hotel = rest.hotel AND count.name = rest.name AND rest.holds = 0
)
UPDATE hold_count AS count
SET holds = rest.holds, nights = rest.nights, most_holds = rest.most_holds, most_nights = rest.most_nights
FROM rest WHERE count.hotel = rest.hotel AND count.name = rest.name AND rest.holds > 0
""")
SHIFT = sa.text("""
WITH counter AS (
    SELECT hotel, name, holds, nights, most_holds, most_nights FROM hold_count
    WHERE hotel = :hotel AND name = ANY(CAST(:names AS text[])) ORDER BY hotel, name FOR UPDATE
)
UPDATE hold_count AS count
SET holds = counter.holds, nights = counter.nights + :nights, most_holds = counter.most_holds,
    most_nights = counter.most_nights
FROM counter WHERE count.hotel = counter.hotel AND count.name = counter.name
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
        self._capped(COUNT, _params(hotel, counters, nights))

    def shift(self, hotel: str, names: Sequence[str], *, nights: int) -> None:
        """Count so many nights more, or less, for the same holds. Refused `TOO_MANY_HOLDS` as `add` is."""
        self._capped(SHIFT, {"hotel": hotel, "names": list(names), "nights": nights})

    def remove(self, bookings: Sequence[Booking]) -> None:
        """Stop counting the holds of these bookings."""
        holds: Counter[tuple[str, str]] = Counter()
        nights: Counter[tuple[str, str]] = Counter()
        for booking in bookings:
            for name in booking.counted_by:
                holds[booking.hotel, name] += 1
                nights[booking.hotel, name] += counted_nights(booking)
        hotels, names = zip(*holds, strict=True)
        row = {"hotels": list(hotels), "names": list(names), "holds": list(holds.values())}
        self._connection.execute(DISCOUNT, {**row, "nights": list(nights.values())})

    def _capped(self, statement: sa.TextClause, params: dict[str, object]) -> None:
        try:
            self._connection.execute(statement, params)
        except sa.exc.IntegrityError as problem:
            if constraint_of(problem) == CAPPED:
                raise too_many_holds() from problem
            raise


def _params(hotel: str, counters: Sequence[HoldCount], nights: int) -> dict[str, object]:
    return {
        "hotel": hotel,
        "names": [counter.name for counter in counters],
        "most_holds": [counter.most_holds for counter in counters],
        "most_nights": [counter.most_nights for counter in counters],
        "nights": nights,
    }
