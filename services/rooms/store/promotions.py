"""A hotel's promotions by code."""

from typing import Any

import sqlalchemy as sa

from contracts.rooms import PromotionDefinition
from contracts.values import Page
from services.rooms.domain import promotions
from services.rooms.domain.pricing import Promotion
from services.rooms.store.searching import like, limits

PROMOTION = """
SELECT p.code, p.kind, p.value, p.starts_on, p.ends_on, p.room_type_id, p.min_nights, p.max_nights,
       h.currency, t.code AS room_type
FROM promotion p JOIN hotel h ON h.slug = p.hotel LEFT JOIN room_type t ON t.id = p.room_type_id
WHERE p.hotel = :hotel
"""
ONE = sa.text(f"{PROMOTION} AND p.code = upper(:code)")
FILTER = "AND (:like = '' OR p.code ILIKE :like)"
LIST = sa.text(f"{PROMOTION} {FILTER} ORDER BY p.code LIMIT :limit OFFSET :skip")
COUNT = sa.text(f"SELECT count(*) FROM promotion p WHERE p.hotel = :hotel {FILTER}")  # noqa: S608
PUT = sa.text("""
INSERT INTO promotion (hotel, code, kind, value, starts_on, ends_on, room_type_id, min_nights, max_nights)
VALUES (:hotel, :code, :kind, :value, :starts_on, :ends_on, :room_type_id, :min_nights, :max_nights)
ON CONFLICT (hotel, code) DO UPDATE
SET kind = excluded.kind, value = excluded.value, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
    room_type_id = excluded.room_type_id, min_nights = excluded.min_nights, max_nights = excluded.max_nights
""")
REMOVE = sa.text("DELETE FROM promotion WHERE hotel = :hotel AND code = :code")


class Promotions:
    """Reads and writes promotions. Who writes holds the hotel's lock."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, hotel: str, code: str) -> PromotionDefinition | None:
        """One promotion, by its code in any case."""
        row = self._connection.execute(ONE, {"hotel": hotel, "code": code}).one_or_none()
        return _definition_of(row) if row else None

    def page(self, hotel: str, *, search: str, page: Page) -> tuple[int, list[PromotionDefinition]]:
        """How many match, and those on the page."""
        asked = {"hotel": hotel, "like": like(search)}
        count = int(self._connection.execute(COUNT, asked).scalar_one())
        return count, [_definition_of(row) for row in self._connection.execute(LIST, asked | limits(page))]

    def put(self, hotel: str, promotion: Promotion) -> None:
        """Write a promotion, whether it is there or not."""
        self._connection.execute(PUT, vars(promotion) | {"hotel": hotel})

    def remove(self, hotel: str, code: str) -> None:
        """Drop it."""
        self._connection.execute(REMOVE, {"hotel": hotel, "code": code})


def _definition_of(row: Any) -> PromotionDefinition:
    stored = Promotion(
        code=row.code,
        kind=row.kind,
        value=row.value,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        room_type_id=row.room_type_id,
        min_nights=row.min_nights,
        max_nights=row.max_nights,
    )
    return promotions.definition(stored, currency=row.currency, room_type=row.room_type)
