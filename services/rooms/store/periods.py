"""Periods: the stays and blocks of rooms, under one exclusion constraint against overlaps."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms.blocks import RoomBlock
from contracts.values import Actor, Stay
from services.rooms.domain.periods import Period, PeriodKind, overlap_conflict

COLUMNS = """
id, room_id, kind, lower(nights) AS first_night, upper(nights) AS until, booking_id, moved_in_at, out_of_order
"""
OF_BOOKINGS = sa.text(f"""
SELECT {COLUMNS} FROM period WHERE live AND booking_id = ANY (:ids) ORDER BY id
""")  # noqa: S608
ON_NIGHTS = sa.text(f"""
SELECT {COLUMNS} FROM period WHERE live AND room_id = ANY (:rooms) AND nights && daterange(:first, :until) ORDER BY id
""")  # noqa: S608
IN_HOTEL = sa.text(f"""
SELECT {COLUMNS} FROM period
WHERE live AND nights && daterange(:first, :until) AND room_id IN (SELECT id FROM room WHERE hotel = :hotel)
""").bindparams(sa.bindparam("until", type_=sa.Date))  # noqa: S608
BLOCKS = sa.text(f"""
SELECT {COLUMNS} FROM period
WHERE live AND kind = 'BLOCK' AND room_id = :room AND (out_of_order OR nights && daterange(:first, NULL))
ORDER BY lower(nights), id
""")  # noqa: S608
BLOCK_VIEWS = sa.text("""
SELECT p.id, lower(p.nights) AS starts_on, upper(p.nights) AS until, p.reason, p.out_of_order, p.began_at, a.by
FROM period p LEFT JOIN audit a ON a.subject = 'block/' || p.id AND a.sequence = 1
WHERE p.live AND p.kind = 'BLOCK' AND p.room_id = :room AND (p.out_of_order OR p.nights && daterange(:first, NULL))
ORDER BY lower(p.nights), p.id
""")
ADD = sa.text("""
INSERT INTO period (room_id, kind, nights, booking_id, reason, out_of_order, began_at, moved_in_at)
VALUES (:room, :kind, daterange(:first, :until), :booking_id, :reason, :out_of_order, :now, :moved_in_at) RETURNING id
""").bindparams(sa.bindparam("moved_in_at", type_=sa.DateTime(timezone=True)))
PROLONG = sa.text("UPDATE period SET nights = daterange(lower(nights), :until) WHERE id = :id RETURNING id")
MOVED_IN = sa.text("UPDATE period SET moved_in_at = :now WHERE id = :id")
UNMARK_MOVED_IN = sa.text("UPDATE period SET moved_in_at = NULL WHERE id = :id")
MOVED_IN_SINCE = sa.text("SELECT moved_in_at >= :since FROM period WHERE id = :id AND moved_in_at IS NOT NULL")
END = sa.text("""
UPDATE period SET live = false, ended_at = :now,
    nights = daterange(lower(nights), least(upper(nights), greatest(lower(nights), coalesce(:until, upper(nights)))))
WHERE id = :id
""").bindparams(sa.bindparam("until", type_=sa.Date))


class SqlPeriods:
    """The table `period`. The caller has locked the room before a period begins."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of_bookings(self, booking_ids: Iterable[str]) -> dict[str, Period]:
        """The live stays of these bookings, by booking id. The caller has locked the holds."""
        rows = self._connection.execute(OF_BOOKINGS, {"ids": sorted(booking_ids)})
        return {row.booking_id: _period_of(row) for row in rows}

    def on_nights(self, room_id: int, nights: Stay) -> list[Period]:
        """The live periods of the room on these nights."""
        params = {"rooms": [room_id], "first": nights.check_in, "until": nights.check_out}
        return [_period_of(row) for row in self._connection.execute(ON_NIGHTS, params)]

    def in_hotel(self, hotel: str, nights: Stay) -> list[Period]:
        """The live periods of the hotel's rooms on these nights."""
        return self._in_hotel(hotel, nights.check_in, nights.check_out)

    def from_night(self, hotel: str, first: date) -> list[Period]:
        """The live periods of the hotel's rooms on that night or later."""
        return self._in_hotel(hotel, first, None)

    def blocks(self, room_id: int, *, first: date) -> list[Period]:
        """The room's blocks on the night `first` or later, by date, and its out-of-order block."""
        return [_period_of(row) for row in self._connection.execute(BLOCKS, {"room": room_id, "first": first})]

    def block_views(self, room_id: int, room_number: str, *, first: date) -> tuple[RoomBlock, ...]:
        """The blocks that `blocks` returns, as staff see them."""
        rows = self._connection.execute(BLOCK_VIEWS, {"room": room_id, "first": first})
        return tuple(_block_of(row, room_number) for row in rows)

    def begin_stay(
        self,
        room_id: int,
        room_number: str,
        *,
        booking_id: str,
        nights: Stay,
        now: datetime,
        moved_in_at: datetime | None = None,
    ) -> None:
        """Insert a stay of the booking. Refused `ROOM_OVERLAP_CONFLICT` by the constraint."""
        more = {"booking_id": booking_id, "moved_in_at": moved_in_at}
        self._add(room_id, room_number, PeriodKind.STAY, nights=nights, now=now, **more)

    def begin_block(
        self, room_id: int, room_number: str, *, nights: Stay, reason: str, out_of_order: bool, now: datetime
    ) -> int:
        """Insert a block; returns the block's id. Refused `ROOM_OVERLAP_CONFLICT` by the constraint."""
        more = {"reason": reason, "out_of_order": out_of_order}
        return self._add(room_id, room_number, PeriodKind.BLOCK, nights=nights, now=now, **more)

    def mark_moved_in(self, period: Period, *, now: datetime) -> None:
        """Store the time at which the guest moved in."""
        self._connection.execute(MOVED_IN, {"id": period.id, "now": now})

    def prolong(self, period: Period, room_number: str, *, until: date) -> None:
        """Set the period's end to a later date. Refused `ROOM_OVERLAP_CONFLICT` by the constraint."""
        self._exclusively(PROLONG, {"id": period.id, "until": until}, room_number)

    def unmark_moved_in(self, period: Period) -> None:
        """Delete the time at which the guest moved in; the stay goes on."""
        self._connection.execute(UNMARK_MOVED_IN, {"id": period.id})

    def has_moved_in_since(self, period: Period, since: datetime) -> bool:
        """Whether the guest moved in at that time or later."""
        return bool(self._connection.execute(MOVED_IN_SINCE, {"id": period.id, "since": since}).scalar_one_or_none())

    def end(self, period: Period, *, until: date | None, now: datetime) -> None:
        """End the period; its nights end on `until` where that date is earlier than their end."""
        self._connection.execute(END, {"id": period.id, "until": until, "now": now})

    def _in_hotel(self, hotel: str, first: date, until: date | None) -> list[Period]:
        params = {"hotel": hotel, "first": first, "until": until}
        return [_period_of(row) for row in self._connection.execute(IN_HOTEL, params)]

    def _add(
        self, room_id: int, room_number: str, kind: PeriodKind, *, nights: Stay, now: datetime, **more: Any
    ) -> int:
        row = {
            "room": room_id,
            "kind": kind,
            "first": nights.check_in,
            "until": nights.check_out,
            "now": now,
            "booking_id": None,
            "reason": "",
            "out_of_order": False,
            "moved_in_at": None,
            **more,
        }
        return self._exclusively(ADD, row, room_number)

    def _exclusively(self, statement: sa.TextClause, values: dict[str, Any], room_number: str) -> int:
        try:
            return int(self._connection.execute(statement, values).scalar_one())
        except sa.exc.IntegrityError as error:
            if "period_no_room_twice" in str(error.orig):
                raise overlap_conflict(room_number, []) from error
            raise


def _period_of(row: Any) -> Period:
    return Period(
        id=row.id,
        room_id=row.room_id,
        kind=PeriodKind(row.kind),
        nights=Stay(row.first_night, row.until),
        booking_id=row.booking_id,
        moved_in=row.moved_in_at is not None,
        out_of_order=row.out_of_order,
    )


def _block_of(row: Any, room_number: str) -> RoomBlock:
    return RoomBlock(
        id=row.id,
        room_number=room_number,
        starts_on=row.starts_on,
        until=row.until,
        reason=row.reason,
        out_of_order=row.out_of_order,
        blocked_at=row.began_at,
        blocked_by=codec.typed(row.by, Actor) if row.by else None,
    )
