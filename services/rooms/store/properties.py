"""What an import writes: hotels, their room types, rooms and promotions. It adds, and never takes away."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms import HotelDefinition, RoomTypeDefinition
from services.rooms.domain.pricing import Promotion
from services.rooms.domain.properties import page_of

ADD_HOTEL = sa.text("""
INSERT INTO hotel
    (slug, name, code, timezone, currency, tax_percent, page, settings, policy, wifi, version, nights_through)
VALUES (:slug, :name, :code, :timezone, :currency, :tax_percent, CAST(:page AS jsonb), CAST(:settings AS jsonb),
        CAST(:policy AS jsonb), CAST(:wifi AS jsonb), 1, :nights_through)
ON CONFLICT DO NOTHING RETURNING slug
""")
WRITE_HOTEL = sa.text("""
UPDATE hotel SET name = :name, code = :code, timezone = :timezone, tax_percent = :tax_percent,
    page = CAST(:page AS jsonb), settings = CAST(:settings AS jsonb), policy = CAST(:policy AS jsonb),
    wifi = CAST(:wifi AS jsonb), version = version + 1
WHERE slug = :slug RETURNING version
""")
TYPES = sa.text("SELECT code, id FROM room_type WHERE hotel = :hotel")
ADD_TYPE = sa.text("""
INSERT INTO room_type (hotel, code, name, max_occupancy, base_price, bed_setup, photo)
VALUES (:hotel, :code, :name, :max_occupancy, :base_price, :bed_setup, :photo) RETURNING id
""")
ADD_ROOMS = sa.text("""
INSERT INTO room (hotel, room_number, room_type_id, status)
SELECT :hotel, number, :room_type_id, 'READY_FOR_GUEST' FROM unnest(CAST(:numbers AS text[])) AS number
ON CONFLICT DO NOTHING RETURNING room_number
""")
ADD_PROMOTION = sa.text("""
INSERT INTO promotion (hotel, code, kind, value, starts_on, ends_on, room_type_id, min_nights, max_nights)
VALUES (:hotel, :code, :kind, :value, :starts_on, :ends_on, :room_type_id, :min_nights, :max_nights)
ON CONFLICT DO NOTHING
""")


class Properties:
    """Writes what a property file says."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def create(self, definition: HotelDefinition, *, nights_through: date) -> bool:
        """Add the hotel; False: it is there. Waits for one who is just adding it."""
        row = _hotel_row(definition) | {"currency": definition.currency, "nights_through": nights_through}
        return self._connection.execute(ADD_HOTEL, row).one_or_none() is not None

    def rewrite(self, definition: HotelDefinition) -> int:
        """Write the hotel's own facts, texts and settings; the version that this makes."""
        return int(self._connection.execute(WRITE_HOTEL, _hotel_row(definition)).scalar_one())

    def types(self, hotel: str) -> dict[str, int]:
        """The ids of a hotel's room types, by code."""
        return {row.code: row.id for row in self._connection.execute(TYPES, {"hotel": hotel})}

    def add_type(self, hotel: str, definition: RoomTypeDefinition, *, base_price: int) -> int:
        """Add a room type; its id."""
        row = {
            "hotel": hotel,
            "code": definition.code,
            "name": definition.name,
            "max_occupancy": definition.max_occupancy,
            "base_price": base_price,
            "bed_setup": definition.bed_setup,
            "photo": definition.photo,
        }
        return int(self._connection.execute(ADD_TYPE, row).scalar_one())

    def add_rooms(self, hotel: str, room_type_id: int, numbers: Sequence[str]) -> list[str]:
        """Add the rooms whose number the hotel lacks; their numbers."""
        row = {"hotel": hotel, "room_type_id": room_type_id, "numbers": list(numbers)}
        return list(self._connection.execute(ADD_ROOMS, row).scalars())

    def add_promotions(self, hotel: str, promotions: Sequence[Promotion]) -> None:
        """Add the promotions whose code the hotel lacks."""
        if promotions:
            rows = [vars(promotion) | {"hotel": hotel} for promotion in promotions]
            self._connection.execute(ADD_PROMOTION, rows)


def _hotel_row(definition: HotelDefinition) -> dict[str, Any]:
    return {
        "slug": definition.slug,
        "name": definition.name,
        "code": definition.code,
        "timezone": definition.timezone,
        "tax_percent": definition.tax_percent,
        "page": codec.encode(page_of(definition)).decode(),
        "settings": codec.encode(definition.settings).decode(),
        "policy": codec.encode(definition.policy).decode(),
        "wifi": codec.encode(definition.wifi).decode(),
    }
