"""Who has a room on which nights: stays and blocks under one exclusion constraint."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms import RoomBlock
from contracts.values import Actor, Stay
from services.rooms.domain.assigning import PeriodKind, Taken, overlap

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
BLOCKS_SHOWN = sa.text("""
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
MOVED_OUT = sa.text("UPDATE period SET moved_in_at = NULL WHERE id = :id")
SINCE = sa.text("SELECT moved_in_at >= :since FROM period WHERE id = :id AND moved_in_at IS NOT NULL")
END = sa.text("""
UPDATE period SET live = false, ended_at = :now,
    nights = daterange(lower(nights), least(upper(nights), greatest(lower(nights), coalesce(:until, upper(nights)))))
WHERE id = :id
""").bindparams(sa.bindparam("until", type_=sa.Date))


class Periods:
    """Reads, begins and ends stays and blocks. Their room is locked before one is begun."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of_bookings(self, booking_ids: Iterable[str]) -> dict[str, Taken]:
        """The live stays of these bookings; read after their holds are locked."""
        rows = self._connection.execute(OF_BOOKINGS, {"ids": sorted(booking_ids)})
        return {row.booking_id: _taken_of(row) for row in rows}

    def on_nights(self, room_id: int, nights: Stay) -> list[Taken]:
        """Who has the room on any of these nights."""
        asked = {"rooms": [room_id], "first": nights.check_in, "until": nights.check_out}
        return [_taken_of(row) for row in self._connection.execute(ON_NIGHTS, asked)]

    def in_hotel(self, hotel: str, nights: Stay) -> list[Taken]:
        """Who has any of the hotel's rooms on any of these nights."""
        return self._in_hotel(hotel, nights.check_in, nights.check_out)

    def from_night(self, hotel: str, first: date) -> list[Taken]:
        """Who has any of the hotel's rooms on that night or later."""
        return self._in_hotel(hotel, first, None)

    def blocks(self, room_id: int, *, first: date) -> list[Taken]:
        """The room's blocks of that night and later, by date, and the one that it is out of order by."""
        return [_taken_of(row) for row in self._connection.execute(BLOCKS, {"room": room_id, "first": first})]

    def blocks_shown(self, room_id: int, room_number: str, *, first: date) -> tuple[RoomBlock, ...]:
        """The same as staff see them."""
        rows = self._connection.execute(BLOCKS_SHOWN, {"room": room_id, "first": first})
        return tuple(_block_of(row, room_number) for row in rows)

    def stay(
        self,
        room_id: int,
        room_number: str,
        *,
        booking_id: str,
        nights: Stay,
        now: datetime,
        moved_in_at: datetime | None = None,
    ) -> None:
        """The booking has the room on these nights; refused `ROOM_OVERLAP_CONFLICT` by the constraint itself."""
        more = {"booking_id": booking_id, "moved_in_at": moved_in_at}
        self._add(room_id, room_number, PeriodKind.STAY, nights=nights, now=now, **more)

    def block(
        self, room_id: int, room_number: str, *, nights: Stay, reason: str, out_of_order: bool, now: datetime
    ) -> int:
        """Nobody has the room on these nights; refused as a stay is. The block's id."""
        more = {"reason": reason, "out_of_order": out_of_order}
        return self._add(room_id, room_number, PeriodKind.BLOCK, nights=nights, now=now, **more)

    def moved_in(self, taken: Taken, *, now: datetime) -> None:
        """The guest lives there from now on."""
        self._connection.execute(MOVED_IN, {"id": taken.id, "now": now})

    def prolong(self, taken: Taken, room_number: str, *, until: date) -> None:
        """The guest keeps the room; refused `ROOM_OVERLAP_CONFLICT` by the constraint itself."""
        self._exclusively(PROLONG, {"id": taken.id, "until": until}, room_number)

    def moved_out(self, taken: Taken) -> None:
        """Nobody lives there (yet); the nights are still the booking's."""
        self._connection.execute(MOVED_OUT, {"id": taken.id})

    def moved_in_since(self, taken: Taken, since: datetime) -> bool:
        """Whether the guest has come only then or later."""
        return bool(self._connection.execute(SINCE, {"id": taken.id, "since": since}).scalar_one_or_none())

    def end(self, taken: Taken, *, until: date | None, now: datetime) -> None:
        """It is over; where `until` is sooner than its last night, it is kept in memory that short."""
        self._connection.execute(END, {"id": taken.id, "until": until, "now": now})

    def _in_hotel(self, hotel: str, first: date, until: date | None) -> list[Taken]:
        asked = {"hotel": hotel, "first": first, "until": until}
        return [_taken_of(row) for row in self._connection.execute(IN_HOTEL, asked)]

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
        except sa.exc.IntegrityError as problem:
            if "period_no_room_twice" in str(problem.orig):
                raise overlap(room_number, []) from problem
            raise


def _taken_of(row: Any) -> Taken:
    return Taken(
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
