"""Periods: the stays and blocks of rooms. An exclusion constraint allows a room one live period on each night."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.database.errors import constraint_of
from contracts.rooms.blocks import RoomBlock
from contracts.values import Actor, Stay
from services.rooms.domain.periods import Period, PeriodKind, overlap_conflict
from services.rooms.domain.rooms import Room
from services.rooms.store.base import RoomsStore, typed_row

COLUMNS = """
hotel, id, room_id, kind, lower(nights) AS first_night, upper(nights) AS until, booking_id, out_of_order,
moved_in_at IS NOT NULL AS moved_in, held
"""
OF_BOOKINGS = sa.text(f"""
SELECT {COLUMNS} FROM period WHERE live AND NOT held AND hotel = ANY (:hotels) AND booking_id = ANY (:ids) ORDER BY id
""")  # noqa: S608
ON_NIGHTS = sa.text(f"""
SELECT {COLUMNS} FROM period
WHERE live AND hotel = :hotel AND room_id = :room AND nights && daterange(:first, :until) ORDER BY id
""")  # noqa: S608
IN_HOTEL = sa.text(f"""
SELECT {COLUMNS} FROM period
WHERE live AND hotel = :hotel AND nights && daterange(:first, :until)
""").bindparams(sa.bindparam("until", type_=sa.Date))  # noqa: S608
BLOCKS = sa.text(f"""
SELECT {COLUMNS} FROM period
WHERE live AND kind = 'BLOCK' AND hotel = :hotel AND room_id = :room
  AND (out_of_order OR nights && daterange(:first, NULL))
ORDER BY lower(nights), id
""")  # noqa: S608
BLOCK_VIEWS = sa.text("""
SELECT p.id, lower(p.nights) AS starts_on, upper(p.nights) AS until, p.reason, p.out_of_order,
       p.began_at AS blocked_at, a.by
FROM period p LEFT JOIN audit a ON a.hotel = p.hotel AND a.subject = 'block/' || p.id AND a.sequence = 1
WHERE p.live AND p.kind = 'BLOCK' AND p.hotel = :hotel AND p.room_id = :room AND p.nights && daterange(:first, NULL)
ORDER BY lower(p.nights), p.id
""")
ADD = sa.text("""
INSERT INTO period (hotel, room_id, kind, nights, booking_id, reason, out_of_order, began_at, moved_in_at, held)
VALUES (:hotel, :room, :kind, daterange(:first, :until), :booking_id, :reason, :out_of_order, :now, :moved_in_at, :held)
RETURNING id
""").bindparams(sa.bindparam("moved_in_at", type_=sa.DateTime(timezone=True)))
PROLONG = sa.text("""
UPDATE period SET nights = daterange(lower(nights), :until) WHERE hotel = :hotel AND id = :id RETURNING id
""")
SHIFT = sa.text("""
UPDATE period SET nights = daterange(:first, :until) WHERE hotel = :hotel AND id = :id RETURNING id
""")
MOVED_IN = sa.text("UPDATE period SET moved_in_at = :now WHERE hotel = :hotel AND id = :id")
UNMARK_MOVED_IN = sa.text("UPDATE period SET moved_in_at = NULL WHERE hotel = :hotel AND id = :id")
MOVED_IN_SINCE = sa.text("""
SELECT moved_in_at >= :since FROM period WHERE hotel = :hotel AND id = :id AND moved_in_at IS NOT NULL
""")
END = sa.text("""
UPDATE period SET live = false, ended_at = :now,
    nights = daterange(lower(nights), least(upper(nights), greatest(lower(nights), coalesce(:until, upper(nights)))))
WHERE hotel = :hotel AND id = :id
""").bindparams(sa.bindparam("until", type_=sa.Date))
END_HELD = sa.text("""
UPDATE period SET live = false, ended_at = :now, nights = daterange(lower(nights), lower(nights))
WHERE live AND held AND hotel = ANY (:hotels) AND booking_id = ANY (:ids)
""")


class SqlPeriods(RoomsStore):
    """The table `period`. The caller has locked the room before inserting a period."""

    def of_bookings(self, hotels: Iterable[str], booking_ids: Iterable[str]) -> dict[str, Period]:
        """The live stays of these bookings at these hotels, keyed by booking id. The caller has locked the holds."""
        keys = {"hotels": sorted(set(hotels)), "ids": sorted(booking_ids)}
        stays = self._all(_period_of, OF_BOOKINGS, keys)
        return {stay.booking_id: stay for stay in stays if stay.booking_id}

    def on_nights(self, room: Room, nights: Stay) -> list[Period]:
        """The live periods of the room on these nights."""
        return self._all(_period_of, ON_NIGHTS, _of(room, first=nights.check_in, until=nights.check_out))

    def in_hotel(self, hotel: str, nights: Stay) -> list[Period]:
        """The live periods of the hotel's rooms on these nights."""
        params = {"hotel": hotel, "first": nights.check_in, "until": nights.check_out}
        return self._all(_period_of, IN_HOTEL, params)

    def from_night(self, hotel: str, first: date) -> list[Period]:
        """The live periods of the hotel's rooms on the night `first` or later."""
        return self._all(_period_of, IN_HOTEL, {"hotel": hotel, "first": first, "until": None})

    def blocks(self, room: Room, *, first: date) -> list[Period]:
        """The room's blocks that last beyond the date `first`, and its out-of-order block, ordered by date."""
        return self._all(_period_of, BLOCKS, _of(room, first=first))

    def block_views(self, room: Room, *, first: date) -> tuple[RoomBlock, ...]:
        """The room's blocks that last beyond the date `first`, as staff see them, ordered by date."""

        def block_of(row: Any) -> RoomBlock:
            by = codec.typed(row.by, Actor) if row.by else None
            return typed_row(RoomBlock, row, room_number=room.room_number, blocked_by=by)

        return tuple(self._all(block_of, BLOCK_VIEWS, _of(room, first=first)))

    def begin_stay(
        self, room: Room, *, booking_id: str, nights: Stay, now: datetime, moved_in_at: datetime | None = None
    ) -> None:
        """Insert a stay of the booking. Refused `ROOM_OVERLAP_CONFLICT` where another period has one of the nights."""
        self._add(room, PeriodKind.STAY, nights=nights, now=now, booking_id=booking_id, moved_in_at=moved_in_at)

    def hold_for_change(self, room: Room, *, change_id: str, nights: Stay, now: datetime) -> None:
        """Hold these nights of the room for a change that waits. Refused `ROOM_OVERLAP_CONFLICT` like `begin_stay`."""
        self._add(room, PeriodKind.STAY, nights=nights, now=now, booking_id=change_id, held=True)

    def end_held(self, hotels: Iterable[str], change_ids: Iterable[str], *, now: datetime) -> None:
        """End all nights that are held for these changes. The caller has locked the holds of the changes."""
        keys = {"hotels": sorted(set(hotels)), "ids": sorted(change_ids)}
        self._connection.execute(END_HELD, {**keys, "now": now})

    def begin_block(self, room: Room, *, nights: Stay, reason: str, out_of_order: bool, now: datetime) -> int:
        """Insert a block; returns the block's id. Refused `ROOM_OVERLAP_CONFLICT` like `begin_stay`."""
        return self._add(room, PeriodKind.BLOCK, nights=nights, now=now, reason=reason, out_of_order=out_of_order)

    def mark_moved_in(self, period: Period, *, now: datetime) -> None:
        """Store the time at which the guest moved in."""
        self._connection.execute(MOVED_IN, _key(period, now=now))

    def prolong(self, period: Period, room_number: str, *, until: date) -> None:
        """Set the period's end to a later date. Refused `ROOM_OVERLAP_CONFLICT` like `begin_stay`."""
        self._exclusively(PROLONG, _key(period, until=until), room_number)

    def shift(self, period: Period, room_number: str, *, nights: Stay) -> None:
        """Set the nights of the period. Refused `ROOM_OVERLAP_CONFLICT` like `begin_stay`."""
        dates = {"first": nights.check_in, "until": nights.check_out}
        self._exclusively(SHIFT, _key(period, **dates), room_number)

    def unmark_moved_in(self, period: Period) -> None:
        """Delete the time at which the guest moved in; the stay goes on."""
        self._connection.execute(UNMARK_MOVED_IN, _key(period))

    def has_moved_in_since(self, period: Period, since: datetime) -> bool:
        """Whether the guest moved in at the time `since` (UTC) or later."""
        return bool(self._connection.execute(MOVED_IN_SINCE, _key(period, since=since)).scalar_one_or_none())

    def end(self, period: Period, *, until: date | None, now: datetime) -> None:
        """End the period. Where `until` is earlier than the end of the nights, the nights end on `until`."""
        self._connection.execute(END, _key(period, until=until, now=now))

    def _add(self, room: Room, kind: PeriodKind, *, nights: Stay, **columns: Any) -> int:
        row = {
            **_of(room),
            "kind": kind,
            "first": nights.check_in,
            "until": nights.check_out,
            "booking_id": None,
            "reason": "",
            "out_of_order": False,
            "moved_in_at": None,
            "held": False,
        }
        return self._exclusively(ADD, row | columns, room.room_number)

    def _exclusively(self, statement: sa.TextClause, values: dict[str, Any], room_number: str) -> int:
        try:
            return int(self._connection.execute(statement, values).scalar_one())
        except sa.exc.IntegrityError as error:
            if constraint_of(error) == "period_no_room_twice":
                raise overlap_conflict(room_number, []) from error
            raise


def _of(room: Room, **values: Any) -> dict[str, Any]:
    return {"hotel": room.hotel, "room": room.id, **values}


def _key(period: Period, **values: Any) -> dict[str, Any]:
    return {"hotel": period.hotel, "id": period.id, **values}


def _period_of(row: Any) -> Period:
    return typed_row(Period, row, nights=Stay(row.first_night, row.until))
