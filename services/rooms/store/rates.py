"""Daily rates, the prices of single nights. A night without a daily rate has the base price of its room type."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from contracts.rooms.rates import DailyRate
from contracts.values import Money, Page
from services.rooms.store.base import RoomsStore

RATES = """
FROM night n JOIN room_type t ON t.hotel = n.hotel AND t.id = n.room_type_id JOIN hotel h ON h.slug = t.hotel
WHERE n.hotel = :hotel AND t.removed_at IS NULL AND n.price IS NOT NULL AND n.night >= :first
  AND (CAST(:last AS date) IS NULL OR n.night <= :last) AND (CAST(:type AS integer) IS NULL OR t.id = :type)
"""
LIST = sa.text(f"""
SELECT t.code, n.night, n.price, h.currency {RATES} ORDER BY n.night, t.code LIMIT :limit OFFSET :skip
""")
COUNT = sa.text(f"SELECT count(*) {RATES}")
# Locks the nights in the same order as every other statement that locks nights.
WRITE = sa.text("""
WITH locked AS (
    SELECT room_type_id, night FROM night
    WHERE hotel = :hotel AND room_type_id = :type AND night >= :first AND night <= :last
      AND (CAST(:weekdays AS integer[]) = '{}' OR extract(isodow FROM night) - 1 = ANY (:weekdays))
    ORDER BY night FOR UPDATE
)
UPDATE night n SET price = :price FROM locked l
WHERE n.hotel = :hotel AND n.room_type_id = l.room_type_id AND n.night = l.night
""").bindparams(sa.bindparam("price", type_=sa.BigInteger))


class SqlRates(RoomsStore):
    """The daily rates in the table `night`. The caller of a write has locked the hotel."""

    def page(
        self, hotel: str, *, room_type_id: int | None, first: date, last: date | None, page: Page
    ) -> tuple[int, list[DailyRate]]:
        """The number of rates between two dates, both included, and the rates of the page."""
        params = {"hotel": hotel, "type": room_type_id, "first": first, "last": last}
        return self._page(_rate_of, count=COUNT, rows=LIST, params=params, page=page)

    def write(
        self, hotel: str, room_type_id: int, *, first: date, last: date, weekdays: Sequence[int], price: int | None
    ) -> int:
        """Set the price of these nights in minor units; None restores the base price. Returns the number of nights."""
        nights = {"first": first, "last": last, "weekdays": list(weekdays)}
        params = {"hotel": hotel, "type": room_type_id, **nights, "price": price}
        return self._connection.execute(WRITE, params).rowcount


def _rate_of(row: Any) -> DailyRate:
    return DailyRate(room_type_code=row.code, date=row.night, price=Money(row.price, row.currency))
