"""Inserts the rows that an import adds: a hotel, its room types, rooms and promotions. An import deletes nothing."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from contracts.rooms.hotel_import import RoomTypeDefinition
from services.rooms.domain.hotels import Hotel
from services.rooms.domain.mapping import field_values
from services.rooms.domain.pricing import Promotion
from services.rooms.store.base import RoomsStore
from services.rooms.store.hotels import row_of

ADD_HOTEL = sa.text("""
INSERT INTO hotel
    (slug, name, code, timezone, currency, tax_percent, page, settings, policy_code, wifi, version, nights_through)
VALUES (:slug, :name, :code, :timezone, :currency, :tax_percent, CAST(:page AS jsonb), CAST(:settings AS jsonb),
        :policy_code, CAST(:wifi AS jsonb), 1, :nights_through)
ON CONFLICT DO NOTHING RETURNING slug
""")
TYPES = sa.text("SELECT code, id FROM room_type WHERE hotel = :hotel")
ADD_TYPE = sa.text("""
INSERT INTO room_type (hotel, code, name, max_occupancy, base_price, bed_setup, photo)
VALUES (:hotel, :code, :name, :max_occupancy, :base_price, :bed_setup, :photo) RETURNING id
""")
ADD_ROOMS = sa.text("""
INSERT INTO room (hotel, room_number, room_type_id, status)
SELECT :hotel, number, t.id, 'READY_FOR_GUEST'
FROM unnest(CAST(:numbers AS text[])) AS number, room_type t
WHERE t.hotel = :hotel AND t.id = :room_type_id AND t.removed_at IS NULL
ON CONFLICT DO NOTHING RETURNING room_number
""")
ADD_PROMOTION = sa.text("""
INSERT INTO promotion (hotel, code, kind, value, starts_on, ends_on, room_type_id, min_nights, max_nights)
VALUES (:hotel, :code, :kind, :value, :starts_on, :ends_on, :room_type_id, :min_nights, :max_nights)
ON CONFLICT DO NOTHING
""")


class SqlHotelImport(RoomsStore):
    """Inserts rows for the entries of a property file. Entries that are in the database already are left unchanged."""

    def create(self, hotel: Hotel, *, nights_through: date) -> bool:
        """Insert the hotel; returns False where the hotel exists.

        Waits for a transaction that inserts the same hotel.
        """
        row = row_of(hotel) | {"nights_through": nights_through}
        return self._connection.execute(ADD_HOTEL, row).one_or_none() is not None

    def room_type_ids(self, hotel: str) -> dict[str, int]:
        """The ids of the hotel's room types, keyed by code."""
        return {row.code: row.id for row in self._connection.execute(TYPES, {"hotel": hotel})}

    def add_room_type(self, hotel: str, definition: RoomTypeDefinition, *, base_price: int) -> int:
        """Insert a room type; returns its id. `base_price` is in minor units."""
        row = {**field_values(RoomTypeDefinition, definition, base_price=base_price), "hotel": hotel}
        return int(self._connection.execute(ADD_TYPE, row).scalar_one())

    def add_rooms(self, hotel: str, room_type_id: int, numbers: Sequence[str]) -> list[str]:
        """Insert the rooms whose number the hotel does not have; returns the numbers of the inserted rooms."""
        row = {"hotel": hotel, "room_type_id": room_type_id, "numbers": list(numbers)}
        return list(self._connection.execute(ADD_ROOMS, row).scalars())

    def add_promotions(self, hotel: str, promotions: Sequence[Promotion]) -> None:
        """Insert the promotions whose code the hotel does not have."""
        if promotions:
            rows = [vars(promotion) | {"hotel": hotel} for promotion in promotions]
            self._connection.execute(ADD_PROMOTION, rows)
