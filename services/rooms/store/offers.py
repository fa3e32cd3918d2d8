"""Offers and quotes. One statement reads a whole offer."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.values import CancellationPolicy, Price, Stay
from services.rooms.domain.hotels import RoomType
from services.rooms.domain.offers import Offer, StayRequest, StoredQuote
from services.rooms.domain.pricing import Promotion
from services.rooms.store.base import RoomsStore, typed_row
from services.rooms.store.hotels import hotel_of

_OFFER = """
SELECT h.slug, h.name, h.code, h.timezone, h.currency, h.tax_percent, h.page, h.settings, h.policy_code, h.wifi,
       h.version, c.terms,
       t.id AS type_id, t.code AS type_code, t.name AS type_name, t.max_occupancy, t.base_price,
       n.prices, n.units{columns}
FROM hotel h
LEFT JOIN LATERAL (
    SELECT * FROM room_type
    WHERE hotel = h.slug AND removed_at IS NULL
      AND (lower(code) = lower(:room_type) OR lower(name) = lower(:room_type))
    ORDER BY lower(code) <> lower(:room_type), id
    LIMIT 1
) t ON true
LEFT JOIN LATERAL (
    SELECT array_agg(coalesce(night.price, t.base_price) ORDER BY night.night) AS prices,
           min(night.capacity + night.overbooking - night.sold) AS units
    FROM night
    WHERE night.hotel = h.slug AND night.room_type_id = t.id AND night.night >= :check_in AND night.night < :check_out
) n ON true
JOIN cancellation_policy c ON c.hotel = h.slug AND c.code = coalesce(t.policy_code, h.policy_code){joins}
WHERE h.slug = :hotel
"""


@dataclass(frozen=True)
class _Named:
    """What only some requests name: its columns and its join. PostgreSQL plans each execution anew, so a join costs."""

    columns: str
    join: str


_PROMOTION = _Named(
    """p.code AS promo, p.kind, p.value, p.starts_on, p.ends_on, p.room_type_id AS promo_type, p.min_nights,
       p.max_nights""",
    "LEFT JOIN promotion p ON p.hotel = h.slug AND p.code = upper(:promo_code)",
)
_QUOTE = _Named(
    """q.quote_id, q.room_type_id AS quote_type, q.check_in AS quote_in, q.check_out AS quote_out, q.price,
       q.valid_until, q.kept_for""",
    "LEFT JOIN quote q ON q.hotel = h.slug AND q.quote_id = :quote_id",
)
# The hold is in the same snapshot as the counters: a booking that has the last room is not sold out.
_HOLD = _Named(
    "held.booking_id AS held_by",
    "LEFT JOIN hold held ON held.hotel = h.slug AND held.booking_id = :booking_id AND held.ended_at IS NULL",
)
_NAMED = {"promo_code": _PROMOTION, "quote_id": _QUOTE, "booking_id": _HOLD}
NIGHT_PRICES = sa.text("""
SELECT coalesce(n.price, t.base_price)
FROM night n JOIN room_type t ON t.hotel = n.hotel AND t.id = n.room_type_id
WHERE n.hotel = :hotel AND n.room_type_id = :room_type_id AND n.night >= :first AND n.night < :until ORDER BY n.night
""")
KEEP = sa.text("UPDATE quote SET kept_for = :booking_id WHERE hotel = :hotel AND quote_id = :quote_id")
ADD = sa.text("""
INSERT INTO quote (quote_id, hotel, room_type_id, check_in, check_out, price, valid_until)
VALUES (:quote_id, :hotel, :room_type_id, :check_in, :check_out, CAST(:price AS jsonb), :valid_until)
""")
DELETE = sa.text("""
WITH old AS MATERIALIZED (SELECT hotel, quote_id FROM quote WHERE valid_until < :before LIMIT 1000)
DELETE FROM quote USING old WHERE quote.hotel = old.hotel AND quote.quote_id = old.quote_id
""")


@cache
def offer_statement(*named: str) -> sa.TextClause:
    """The statement that reads an offer, with what these parameters name: `promo_code`, `quote_id`, `booking_id`."""
    columns = "".join(f",\n       {_NAMED[name].columns}" for name in named)
    joins = "".join(f"\n{_NAMED[name].join}" for name in named)
    return sa.text(_OFFER.format(columns=columns, joins=joins))


class SqlOffers(RoomsStore):
    """Reads offers; reads and writes the table `quote`."""

    def offer(self, hotel: str, room_type: str, request: StayRequest, *, booking_id: str = "") -> Offer | None:
        """The offer, None where there is no such hotel. `room_type` is a code or a name, in upper or lower case."""
        params = {
            "hotel": hotel,
            "room_type": room_type,
            "check_in": request.stay.check_in,
            "check_out": request.stay.check_out,
        }
        named = {"promo_code": request.promo_code, "quote_id": request.quote_id, "booking_id": booking_id}
        named = {name: value for name, value in named.items() if value}
        return self._one(_offer_of, offer_statement(*named), params | named)

    def night_prices(self, hotel: str, room_type_id: int, nights: Stay) -> tuple[int, ...]:
        """The prices of the nights that are on sale, in minor units, without tax, in order of date."""
        dates = {"first": nights.check_in, "until": nights.check_out}
        params = {"hotel": hotel, "room_type_id": room_type_id, **dates}
        return tuple(self._connection.execute(NIGHT_PRICES, params).scalars())

    def add_quote(self, quote: StoredQuote, *, hotel: str) -> None:
        """Insert a quote."""
        row = {
            "quote_id": quote.quote_id,
            "hotel": hotel,
            "room_type_id": quote.room_type_id,
            "check_in": quote.stay.check_in,
            "check_out": quote.stay.check_out,
            "price": codec.encode(quote.price).decode(),
            "valid_until": quote.valid_until,
        }
        self._connection.execute(ADD, row)

    def keep_quote(self, hotel: str, quote_id: str, *, booking_id: str) -> None:
        """Store that the quote stays valid for the booking, also after `valid_until`."""
        self._connection.execute(KEEP, {"hotel": hotel, "quote_id": quote_id, "booking_id": booking_id})

    def delete_quotes(self, *, before: datetime) -> bool:
        """Delete up to 1,000 quotes that expired before this time; returns False where there is no such quote."""
        return self._connection.execute(DELETE, {"before": before}).rowcount > 0


def _offer_of(row: Any) -> Offer:
    return Offer(
        hotel=hotel_of(row),
        policy=codec.typed(row.terms, CancellationPolicy),
        room_type=_room_type_of(row) if row.type_id else None,
        night_prices=tuple(row.prices or ()),
        units=row.units or 0,
        promotion=_promotion_of(row) if getattr(row, "promo", None) else None,
        quote=_quote_of(row) if getattr(row, "quote_id", None) else None,
        already_held=bool(getattr(row, "held_by", None)),
    )


def _room_type_of(row: Any) -> RoomType:
    return typed_row(RoomType, row, id=row.type_id, code=row.type_code, name=row.type_name)


def _promotion_of(row: Any) -> Promotion:
    return typed_row(Promotion, row, code=row.promo, room_type_id=row.promo_type)


def _quote_of(row: Any) -> StoredQuote:
    stay, price = Stay(row.quote_in, row.quote_out), codec.typed(row.price, Price)
    return typed_row(StoredQuote, row, room_type_id=row.quote_type, stay=stay, price=price)
