"""A hotel's room types. One that was removed is remembered, for the rooms and stays that were of it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from contracts.rooms import RoomTypeView
from contracts.values import Money, Page
from services.rooms.store.searching import like, limits

TYPE = """
SELECT t.id, t.code, t.name, t.max_occupancy, t.base_price, t.bed_setup, t.photo, t.policy_code, h.currency,
       (SELECT count(*) FROM room r WHERE r.room_type_id = t.id AND r.is_active) AS rooms
FROM room_type t JOIN hotel h ON h.slug = t.hotel
WHERE t.hotel = :hotel AND t.removed_at IS NULL
"""
ONE = sa.text(f"{TYPE} AND lower(t.code) = lower(:code)")
NAMED = sa.text(f"""
{TYPE} AND (lower(t.code) = lower(:name) OR lower(t.name) = lower(:name))
ORDER BY lower(t.code) <> lower(:name), t.id LIMIT 1
""")
IDS = sa.text("SELECT id FROM room_type WHERE hotel = :hotel AND removed_at IS NULL")
FILTER = "AND (:like = '' OR t.code ILIKE :like OR t.name ILIKE :like)"
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
TAKEN = sa.text("""
SELECT EXISTS (
    SELECT FROM room_type WHERE hotel = :hotel AND removed_at IS NULL AND code <> :code
      AND (lower(name) IN (lower(:name), lower(:code)) OR lower(code) IN (lower(:name), lower(:code)))
)
""")
REMOVE = sa.text("""
UPDATE room_type t SET removed_at = :now, policy_code = NULL WHERE t.id = :id
  AND NOT EXISTS (SELECT FROM room r WHERE r.room_type_id = t.id AND r.removed_at IS NULL)
""")


class RoomTypes:
    """Reads and writes room types. Who writes holds the hotel's lock."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, hotel: str, code: str) -> tuple[int, RoomTypeView] | None:
        """The id and the room type, by its code in any case."""
        return self._one(ONE, {"hotel": hotel, "code": code})

    def named(self, hotel: str, name: str) -> tuple[int, RoomTypeView] | None:
        """The same, by code or name."""
        return self._one(NAMED, {"hotel": hotel, "name": name})

    def page(self, hotel: str, *, search: str, page: Page) -> tuple[int, list[RoomTypeView]]:
        """How many match, and those on the page."""
        asked = {"hotel": hotel, "like": like(search)}
        count = int(self._connection.execute(COUNT, asked).scalar_one())
        return count, [_view_of(row) for row in self._connection.execute(LIST, asked | limits(page))]

    def ids(self, hotel: str) -> list[int]:
        """The ids of all of them."""
        return list(self._connection.execute(IDS, {"hotel": hotel}).scalars())

    def is_taken(self, hotel: str, *, code: str, name: str) -> bool:
        """Whether another type has this code or name, as either."""
        return bool(self._connection.execute(TAKEN, {"hotel": hotel, "code": code, "name": name}).scalar_one())

    def put(self, hotel: str, view: RoomTypeView) -> None:
        """Write a room type, whether it is there, removed, or new."""
        self._connection.execute(PUT, vars(view) | {"hotel": hotel, "base_price": view.base_price.amount})

    def remove(self, type_id: int, *, now: datetime) -> bool:
        """Remove it; False: it has rooms."""
        return self._connection.execute(REMOVE, {"id": type_id, "now": now}).rowcount > 0

    def _one(self, statement: sa.TextClause, asked: dict[str, str]) -> tuple[int, RoomTypeView] | None:
        row = self._connection.execute(statement, asked).one_or_none()
        return (row.id, _view_of(row)) if row else None


def _view_of(row: Any) -> RoomTypeView:
    return RoomTypeView(
        code=row.code,
        name=row.name,
        max_occupancy=row.max_occupancy,
        base_price=Money(row.base_price, row.currency),
        bed_setup=row.bed_setup,
        photo=row.photo,
        policy=row.policy_code,
        rooms=row.rooms,
    )
