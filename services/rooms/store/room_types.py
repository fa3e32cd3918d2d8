"""Room types of a hotel. The row of a removed type stays, for the rooms and stays of that type."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from contracts.rooms.room_types import RoomTypeView
from contracts.values import Money, Page
from services.rooms.domain.hotels import Hotel
from services.rooms.store.base import RoomsStore, matches, typed_row

TYPE = """
SELECT t.id, t.code, t.name, t.max_occupancy, t.base_price, t.bed_setup, t.photo, t.policy_code AS policy, h.currency,
       (SELECT count(*) FROM room r WHERE r.hotel = t.hotel AND r.room_type_id = t.id AND r.is_active) AS rooms
FROM room_type t JOIN hotel h ON h.slug = t.hotel
WHERE t.hotel = :hotel AND t.removed_at IS NULL
"""
ONE = sa.text(f"{TYPE} AND lower(t.code) = lower(:code)")
NAMED = sa.text(f"""
{TYPE} AND (lower(t.code) = lower(:name) OR lower(t.name) = lower(:name))
ORDER BY lower(t.code) <> lower(:name), t.id LIMIT 1
""")
ID_OF = sa.text("SELECT id FROM room_type WHERE hotel = :hotel AND code = :code")
IDS = sa.text("SELECT id FROM room_type WHERE hotel = :hotel AND removed_at IS NULL")
FILTER = f"AND {matches('t.code', 't.name')}"
LIST = sa.text(f"{TYPE} {FILTER} ORDER BY t.code LIMIT :limit OFFSET :skip")
COUNT = sa.text(f"""
SELECT count(*) FROM room_type t WHERE t.hotel = :hotel AND t.removed_at IS NULL {FILTER}
""")  # noqa: S608
PUT = sa.text("""
INSERT INTO room_type (hotel, code, name, max_occupancy, base_price, bed_setup, photo, policy_code)
VALUES (:hotel, :code, :name, :max_occupancy, :base_price, :bed_setup, :photo, :policy)
ON CONFLICT (hotel, code) DO UPDATE
SET name = excluded.name, max_occupancy = excluded.max_occupancy, base_price = excluded.base_price,
    bed_setup = excluded.bed_setup, photo = excluded.photo, policy_code = excluded.policy_code, removed_at = NULL
""")
NAME_IS_TAKEN = sa.text("""
SELECT EXISTS (
    SELECT FROM room_type WHERE hotel = :hotel AND removed_at IS NULL AND code <> :code
      AND (lower(name) IN (lower(:name), lower(:code)) OR lower(code) IN (lower(:name), lower(:code)))
)
""")
REMOVE = sa.text("""
UPDATE room_type t SET removed_at = :now, policy_code = NULL WHERE t.hotel = :hotel AND t.code = :code
  AND NOT EXISTS (SELECT FROM room r WHERE r.hotel = t.hotel AND r.room_type_id = t.id AND r.removed_at IS NULL)
""")


class SqlRoomTypes(RoomsStore):
    """The table `room_type`. The caller of a write has locked the hotel."""

    def __init__(self, connection: sa.Connection, *, now: datetime) -> None:
        super().__init__(connection)
        self._now = now

    def get(self, hotel: Hotel, code: str) -> RoomTypeView | None:
        """The room type with this code, in upper or lower case; None where the hotel has no such type."""
        return self._one(_view_of, ONE, {"hotel": hotel.slug, "code": code})

    def named(self, hotel: Hotel, name: str) -> tuple[int, RoomTypeView] | None:
        """The id and the view of the room type with this code or name, in upper or lower case."""
        return self._one(lambda row: (row.id, _view_of(row)), NAMED, {"hotel": hotel.slug, "name": name})

    def page(self, hotel: Hotel, *, search: str, page: Page) -> tuple[int, list[RoomTypeView]]:
        """The number of matching room types, and the room types of the page."""
        params = {"hotel": hotel.slug, "search": search}
        return self._page(_view_of, count=COUNT, rows=LIST, params=params, page=page)

    def ids(self, hotel: Hotel) -> list[int]:
        """The ids of the hotel's room types."""
        return list(self._connection.execute(IDS, {"hotel": hotel.slug}).scalars())

    def id_of(self, hotel: Hotel, code: str) -> int:
        """The id of the room type with exactly this code. Removed room types are found, too."""
        return self._number(ID_OF, {"hotel": hotel.slug, "code": code})

    def is_name_taken(self, hotel: Hotel, *, code: str, name: str) -> bool:
        """Whether another room type has `code` or `name` as its code or as its name."""
        params = {"hotel": hotel.slug, "code": code, "name": name}
        return bool(self._connection.execute(NAME_IS_TAKEN, params).scalar_one())

    def put(self, hotel: Hotel, room_type: RoomTypeView) -> str:
        """Insert or replace a room type, or bring back a removed one; returns its code."""
        row = vars(room_type) | {"hotel": hotel.slug, "base_price": room_type.base_price.amount}
        self._connection.execute(PUT, row)
        return room_type.code

    def remove(self, hotel: Hotel, code: str) -> bool:
        """Remove a room type; returns False where the type has rooms."""
        return self._connection.execute(REMOVE, {"hotel": hotel.slug, "code": code, "now": self._now}).rowcount > 0


def _view_of(row: Any) -> RoomTypeView:
    return typed_row(RoomTypeView, row, base_price=Money(row.base_price, row.currency))
