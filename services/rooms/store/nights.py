"""The night counters: the capacity, the overbooking allowance and the units sold of each room type and night."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial

import sqlalchemy as sa

from contracts.values import Stay
from services.rooms.domain.holds import NightChange
from services.rooms.domain.stay_changes import NightOnSale, NightsOnSale
from services.rooms.store.base import RoomsStore, typed_row

CHANGE = """
WITH change AS (
    SELECT * FROM unnest(
        CAST(:types AS integer[]), CAST(:firsts AS date[]), CAST(:untils AS date[]), CAST(:steps AS integer[])
    ) AS c (room_type_id, first_night, until, step)
), locked AS (
    SELECT n.hotel, n.room_type_id, n.night, n.capacity, n.overbooking, n.sold
    FROM night n
    WHERE EXISTS (
        SELECT FROM change c
        WHERE c.room_type_id = n.room_type_id AND n.night >= c.first_night AND n.night < c.until
    ) AND n.hotel = ANY (:hotels) AND n.room_type_id = ANY (CAST(:types AS integer[]))
      AND n.night >= :first AND n.night < :last
    ORDER BY n.room_type_id, n.night
    FOR UPDATE OF n
), summed AS (
    SELECT l.*, (
        SELECT sum(c.step) FROM change c
        WHERE c.room_type_id = l.room_type_id AND l.night >= c.first_night AND l.night < c.until
    ) AS step
    FROM locked l
)
"""
# All or nothing: no night changes where one of them is full. The constraint `night_no_oversell` guarantees the same.
# Each column of the constraint is written from the locked row: after a wait for the lock, PostgreSQL checks the
# constraint once with the row as it was when the statement began, before it updates the row as it is now.
SELL = sa.text(f"""{CHANGE}
UPDATE night SET sold = summed.sold + summed.step, capacity = summed.capacity, overbooking = summed.overbooking
FROM summed
WHERE (night.hotel, night.room_type_id, night.night) = (summed.hotel, summed.room_type_id, summed.night)
  AND NOT EXISTS (SELECT FROM summed WHERE sold + step > greatest(capacity + overbooking, sold))
""")  # noqa: S608
RESIZE = sa.text(f"""{CHANGE}
UPDATE night SET capacity = summed.capacity + summed.step, sold = summed.sold, overbooking = summed.overbooking
FROM summed
WHERE (night.hotel, night.room_type_id, night.night) = (summed.hotel, summed.room_type_id, summed.night)
  AND NOT EXISTS (SELECT FROM summed WHERE sold > capacity + overbooking + step)
""")  # noqa: S608
FULL = sa.text("""
SELECT night FROM night
WHERE hotel = :hotel AND room_type_id = :type AND night >= :first AND night < :until AND sold >= capacity + overbooking
ORDER BY night
""")
ON_SALE = sa.text("""
SELECT n.room_type_id, n.night, coalesce(n.price, t.base_price) AS price, n.capacity + n.overbooking - n.sold AS units
FROM night n JOIN room_type t ON t.hotel = n.hotel AND t.id = n.room_type_id
WHERE n.hotel = :hotel AND n.room_type_id = ANY (CAST(:types AS integer[])) AND n.night >= :first AND n.night < :until
""")
CAPACITY = sa.text("""
SELECT n.night, sum(n.capacity) AS rooms FROM night n JOIN room_type t ON t.id = n.room_type_id
WHERE t.hotel = :hotel AND n.night >= :first AND n.night < :until GROUP BY n.night ORDER BY n.night
""")
FULL_TYPES = sa.text("""
SELECT DISTINCT n.room_type_id FROM night n
WHERE n.hotel = :hotel AND n.night >= :first AND n.night < :until AND n.sold >= n.capacity + n.overbooking
""")
# The number of active rooms of a type without a block on a night.
ROOMS = """(
    SELECT count(*) FROM room r
    WHERE r.hotel = :hotel AND r.room_type_id = {type} AND r.is_active AND NOT EXISTS (
        SELECT FROM period p
        WHERE p.hotel = r.hotel AND p.room_id = r.id AND p.live AND p.kind = 'BLOCK' AND p.nights @> {night}
    )
)"""
EXTEND = sa.text(f"""
INSERT INTO night (hotel, room_type_id, night, capacity, overbooking)
SELECT t.hotel, t.id, CAST(day AS date), {ROOMS.format(type="t.id", night="CAST(day AS date)")},
    coalesce(CAST(h.settings ->> 'overbooking_allowance' AS integer), 0)
FROM hotel h JOIN room_type t ON t.hotel = h.slug AND t.removed_at IS NULL,
    generate_series(
        CAST(:first AS timestamp),
        CAST(greatest(CAST(:through AS date), h.nights_through) AS timestamp),
        interval '1 day'
    ) AS day
WHERE h.slug = :hotel
ORDER BY t.id, day
ON CONFLICT DO NOTHING
""")  # noqa: S608
# All or nothing, as `SELL`; returns the nights that are sold beyond the new capacity.
RECOUNT = sa.text(f"""
WITH locked AS (
    SELECT room_type_id, night, sold, capacity, overbooking FROM night
    WHERE hotel = :hotel AND room_type_id = ANY (CAST(:types AS integer[])) AND night >= :first
    ORDER BY room_type_id, night FOR UPDATE
), counted AS (
    SELECT l.*, {ROOMS.format(type="l.room_type_id", night="l.night")} AS rooms FROM locked l
), short AS (
    SELECT night FROM counted WHERE sold > rooms + :overbooking
), written AS (
    UPDATE night n SET capacity = c.rooms, overbooking = :overbooking, sold = c.sold FROM counted c
    WHERE n.hotel = :hotel AND n.room_type_id = c.room_type_id AND n.night = c.night AND NOT EXISTS (SELECT FROM short)
      AND (c.capacity, c.overbooking) IS DISTINCT FROM (c.rooms, :overbooking)
)
SELECT DISTINCT night FROM short ORDER BY night
""").bindparams(sa.bindparam("overbooking", type_=sa.Integer))  # noqa: S608
DUE = sa.text("""
SELECT slug, timezone, nights_through FROM hotel
WHERE nights_through < CAST(CAST(:now AS timestamptz) AT TIME ZONE timezone AS date) + CAST(:days AS integer)
ORDER BY slug LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
""")
REACHED = sa.text("UPDATE hotel SET nights_through = greatest(nights_through, :through) WHERE slug = :hotel")


class SqlNights(RoomsStore):
    """The table `night`.

    Each statement locks its nights in ascending order. The nights are the last rows that a transaction locks.
    """

    def shift(self, hotels: Iterable[str], changes: Sequence[NightChange]) -> bool:
        """Sell and free nights of these hotels, all or nothing.

        Returns False where a night to sell is full or not on sale.
        """
        nights = {
            (change.room_type_id, night)
            for change in changes
            for night in range(change.first_night.toordinal(), change.until.toordinal())
        }
        return self._change(SELL, hotels, changes) == len(nights)

    def resize(self, hotel: str, changes: Sequence[NightChange]) -> bool:
        """Change the capacity, all or nothing; returns False where a night is sold beyond the new capacity.

        Nights that are not on sale yet have no counter; `extend` counts their rooms later.
        """
        return not changes or self._change(RESIZE, [hotel], changes) > 0

    def full(self, hotel: str, room_type_id: int, first: date, until: date) -> list[date]:
        """The nights in `[first, until)` on which the room type is sold out."""
        params = {"hotel": hotel, "type": room_type_id, "first": first, "until": until}
        return list(self._connection.execute(FULL, params).scalars())

    def on_sale(self, hotel: str, room_type_ids: Iterable[int], nights: Stay) -> NightsOnSale:
        """The nights of these room types with their prices and the rooms left to sell, read without a lock."""
        dates = {"first": nights.check_in, "until": nights.check_out}
        params = {"hotel": hotel, "types": sorted(set(room_type_ids)), **dates}
        return NightsOnSale.of(self._all(partial(typed_row, NightOnSale), ON_SALE, params))

    def capacity(self, hotel: str, first: date, until: date) -> dict[date, int]:
        """The number of the hotel's rooms on each night in `[first, until)`, without blocked rooms."""
        rows = self._connection.execute(CAPACITY, {"hotel": hotel, "first": first, "until": until})
        return {row.night: int(row.rooms) for row in rows}

    def full_types(self, hotel: str, first: date, until: date) -> set[int]:
        """The ids of the hotel's room types that are sold out on a night in `[first, until)`."""
        return set(self._connection.execute(FULL_TYPES, {"hotel": hotel, "first": first, "until": until}).scalars())

    def recount(self, hotel: str, room_type_ids: Sequence[int], *, first: date, overbooking: int) -> list[date]:
        """Recount the capacity of these types from a date on; returns the nights that are sold beyond the new capacity.

        Nothing changes if a night is oversold. The caller has locked the hotel, so that its rooms and blocks do not
        change.
        """
        types = sorted(set(room_type_ids))
        params = {"hotel": hotel, "types": types, "first": first, "overbooking": overbooking}
        return list(self._connection.execute(RECOUNT, params).scalars())

    def extend(self, hotel: str, *, first: date, through: date) -> None:
        """Insert the missing counters of the hotel's types from `first` on, both dates included.

        The last counted night is `through`, or the hotel's present last counted night where that is later.
        """
        params = {"hotel": hotel, "first": first, "through": through}
        self._connection.execute(EXTEND, params)
        self._connection.execute(REACHED, {"hotel": hotel, "through": through})

    def due(self, now: datetime, *, days: int) -> tuple[str, str, date] | None:
        """Lock a hotel whose last counted night is less than `days` days after the hotel-local date.

        Returns the slug, the time zone and the last counted night; None where no hotel is due.
        """
        row = self._connection.execute(DUE, {"now": now, "days": days}).one_or_none()
        return (row.slug, row.timezone, row.nights_through) if row else None

    def _change(self, statement: sa.TextClause, hotels: Iterable[str], changes: Sequence[NightChange]) -> int:
        if not changes:
            return 0
        params = {
            "hotels": sorted(set(hotels)),
            "types": [change.room_type_id for change in changes],
            "firsts": [change.first_night for change in changes],
            "untils": [change.until for change in changes],
            "steps": [change.by for change in changes],
            "first": min(change.first_night for change in changes),
            "last": max(change.until for change in changes),
        }
        return self._connection.execute(statement, params).rowcount
