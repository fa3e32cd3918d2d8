"""Availability by room type, in one indexed read."""

import sqlalchemy as sa

from contracts.values import Stay
from services.rooms.domain.availability import HotelLeft, TypeLeft
from services.rooms.store.base import RoomsStore, typed_row

LEFT = sa.text("""
SELECT h.timezone, h.currency, h.tax_percent, t.code, t.name, t.max_occupancy,
       coalesce(n.units, 0) AS units, n.nights, coalesce(n.cheapest_night, t.base_price) AS cheapest_night
FROM hotel h
LEFT JOIN room_type t ON t.hotel = h.slug AND t.removed_at IS NULL
LEFT JOIN LATERAL (
    SELECT min(night.capacity + night.overbooking - night.sold) AS units,
           count(*) AS nights,
           min(coalesce(night.price, t.base_price)) AS cheapest_night
    FROM night
    WHERE night.hotel = h.slug AND night.room_type_id = t.id AND night.night >= :check_in AND night.night < :check_out
) n ON true
WHERE h.slug = :hotel
ORDER BY t.base_price, t.code
""")


class SqlAvailability(RoomsStore):
    """Reads the night counters without a lock."""

    def left(self, hotel: str, stay: Stay) -> HotelLeft | None:
        """The units left and the prices on these nights, by room type; None where there is no such hotel."""
        params = {"hotel": hotel, "check_in": stay.check_in, "check_out": stay.check_out}
        rows = self._connection.execute(LEFT, params).all()
        if not rows:
            return None
        types = [typed_row(TypeLeft, row) for row in rows if row.code is not None]
        return typed_row(HotelLeft, rows[0], types=tuple(types))
