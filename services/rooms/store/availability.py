"""What is left of each room type: one indexed read."""

from dataclasses import dataclass

import sqlalchemy as sa

from contracts.values import Stay

LEFT = sa.text("""
SELECT h.timezone, h.currency, t.code, t.name, t.max_occupancy, n.units, n.nights, n.price_from
FROM hotel h
LEFT JOIN room_type t ON t.hotel = h.slug AND t.removed_at IS NULL
LEFT JOIN LATERAL (
    SELECT min(night.capacity + night.overbooking - night.sold) AS units,
           count(*) AS nights,
           min(coalesce(night.price, t.base_price)) AS price_from
    FROM night
    WHERE night.room_type_id = t.id AND night.night >= :check_in AND night.night < :check_out
) n ON true
WHERE h.slug = :hotel
ORDER BY t.base_price, t.code
""")


@dataclass(frozen=True, kw_only=True)
class TypeLeft:
    """One room type: its units on the fullest night, how many of the nights are on sale, its cheapest night."""

    code: str
    name: str
    max_occupancy: int
    units: int
    nights: int
    price_from: int


@dataclass(frozen=True, kw_only=True)
class Left:
    """A hotel's time zone and currency, and what it has left."""

    timezone: str
    currency: str
    types: tuple[TypeLeft, ...]


class Availability:
    """Reads the counters without locking any."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def left(self, hotel: str, stay: Stay) -> Left | None:
        """What the hotel has left on these nights; None: no such hotel."""
        asked = {"hotel": hotel, "check_in": stay.check_in, "check_out": stay.check_out}
        rows = self._connection.execute(LEFT, asked).all()
        if not rows:
            return None
        types = [
            TypeLeft(
                code=row.code,
                name=row.name,
                max_occupancy=row.max_occupancy,
                units=row.units or 0,
                nights=row.nights,
                price_from=row.price_from or 0,
            )
            for row in rows
            if row.code is not None
        ]
        return Left(timezone=rows[0].timezone, currency=rows[0].currency, types=tuple(types))
