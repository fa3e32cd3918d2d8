"""Promotions. Each promotion has a code that is unique in its hotel."""

from typing import Any

import sqlalchemy as sa

from contracts.rooms.promotions import PromotionDefinition
from contracts.values import Page
from services.rooms.domain import promotions
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.pricing import Promotion
from services.rooms.store.base import RoomsStore, matches, typed_row

PROMOTION = """
SELECT p.code, p.kind, p.value, p.starts_on, p.ends_on, p.room_type_id, p.min_nights, p.max_nights,
       h.currency, t.code AS room_type
FROM promotion p JOIN hotel h ON h.slug = p.hotel
LEFT JOIN room_type t ON t.hotel = p.hotel AND t.id = p.room_type_id
WHERE p.hotel = :hotel
"""
ONE = sa.text(f"{PROMOTION} AND p.code = upper(:code)")
FILTER = f"AND {matches('p.code')}"
LIST = sa.text(f"{PROMOTION} {FILTER} ORDER BY p.code LIMIT :limit OFFSET :skip")
COUNT = sa.text(f"SELECT count(*) FROM promotion p WHERE p.hotel = :hotel {FILTER}")  # noqa: S608
PUT = sa.text("""
INSERT INTO promotion (hotel, code, kind, value, starts_on, ends_on, room_type_id, min_nights, max_nights)
VALUES (:hotel, :code, :kind, :value, :starts_on, :ends_on,
    (SELECT id FROM room_type WHERE hotel = :hotel AND code = :room_type AND removed_at IS NULL), :min_nights,
    :max_nights)
ON CONFLICT (hotel, code) DO UPDATE
SET kind = excluded.kind, value = excluded.value, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
    room_type_id = excluded.room_type_id, min_nights = excluded.min_nights, max_nights = excluded.max_nights
""").bindparams(sa.bindparam("room_type", type_=sa.Text))
REMOVE = sa.text("DELETE FROM promotion WHERE hotel = :hotel AND code = :code")


class SqlPromotions(RoomsStore):
    """The table `promotion`. The caller of a write has locked the hotel."""

    def get(self, hotel: Hotel, code: str) -> PromotionDefinition | None:
        """The promotion with this code, in upper or lower case; None where the hotel has no such promotion."""
        return self._one(_definition_of, ONE, {"hotel": hotel.slug, "code": code})

    def page(self, hotel: Hotel, *, search: str, page: Page) -> tuple[int, list[PromotionDefinition]]:
        """The number of matching promotions, and the promotions of the page."""
        params = {"hotel": hotel.slug, "search": search}
        return self._page(_definition_of, count=COUNT, rows=LIST, params=params, page=page)

    def put(self, hotel: Hotel, promotion: PromotionDefinition) -> str:
        """Insert or replace a promotion; returns its code."""
        stored = promotions.promotion(promotion, currency=hotel.currency, room_type_id=None)
        row = vars(stored) | {"hotel": hotel.slug, "room_type": promotion.room_type}
        self._connection.execute(PUT, row)
        return promotion.code

    def remove(self, hotel: Hotel, code: str) -> bool:
        """Delete a promotion; returns False where the hotel has no such promotion."""
        return self._connection.execute(REMOVE, {"hotel": hotel.slug, "code": code}).rowcount > 0


def _definition_of(row: Any) -> PromotionDefinition:
    return promotions.definition(typed_row(Promotion, row), currency=row.currency, room_type=row.room_type)
