"""The version of a hotel for a room plan, and the stays of a plan: all end in one statement, and begin in another."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from chassis.database.errors import constraint_of
from contracts.values import Stay
from services.rooms.domain.holds import Hold
from services.rooms.domain.periods import Period, overlap_conflict
from services.rooms.domain.rooms import Room
from services.rooms.store.base import RoomsStore
from services.rooms.store.holds import COLUMNS, PARTS, hold_of, parts_of

# A row's `xmin` is the transaction that has written it: any other write of the row is another version, and so is a row
# more or less. No table counts versions: each sale of a hotel would wait for the one before to be committed.
VERSION = sa.text("""
WITH stay AS (
    SELECT id, booking_id, hotel, xmin FROM period
    WHERE live AND hotel = :hotel AND nights && daterange(CAST(:today AS date) - 1, NULL)
), part (name) AS (
    SELECT 'room ' || id || ' ' || CAST(xmin AS text) FROM room WHERE hotel = :hotel AND removed_at IS NULL
    UNION ALL
    SELECT 'period ' || id || ' ' || CAST(xmin AS text) FROM stay
    UNION ALL
    SELECT 'hold ' || hold.booking_id || ' ' || CAST(hold.xmin AS text)
    FROM stay JOIN hold ON hold.hotel = stay.hotel AND hold.booking_id = stay.booking_id
)
SELECT md5(CAST(:today AS text) || coalesce(string_agg(name, ',' ORDER BY name), '')) FROM part
""").bindparams(sa.bindparam("today", type_=sa.Date))
HOLDS = sa.text(f"""
SELECT {COLUMNS} FROM hold WHERE hotel = ANY (:hotels) AND booking_id = ANY (:ids)
""")  # noqa: S608
END = sa.text("""
UPDATE period SET live = false, ended_at = :now, nights = daterange(lower(nights), lower(nights))
WHERE hotel = :hotel AND id = ANY (:ids)
""")
BEGIN = sa.text("""
INSERT INTO period (hotel, room_id, kind, nights, booking_id, began_at)
SELECT :hotel, room_id, 'STAY', daterange(first_night, until), booking_id, :now FROM unnest(
    CAST(:rooms AS integer[]), CAST(:firsts AS date[]), CAST(:untils AS date[]), CAST(:bookings AS text[])
) AS stay (room_id, first_night, until, booking_id)
""")


class SqlRoomPlan(RoomsStore):
    """Reads the tables `room`, `period` and `hold` of a hotel, and writes `period`."""

    def version(self, hotel: str, *, today: date) -> str:
        """The version of the hotel's rooms, of its stays and blocks from the last night on, and of the stays' holds.

        Any write of one of these rows is another version, and so is another day.
        """
        return str(self._connection.execute(VERSION, {"hotel": hotel, "today": today}).scalar_one())

    def holds(self, hotel: str, booking_ids: Sequence[str]) -> dict[str, Hold]:
        """The holds of these bookings with their parts, without a lock, keyed by booking id."""
        keys = {"hotels": [hotel], "ids": list(booking_ids)}
        parts = parts_of(self._connection.execute(PARTS, keys))
        rows = self._connection.execute(HOLDS, keys)
        return {row.booking_id: hold_of(row, parts.get(row.booking_id, ())) for row in rows}

    def end_stays(self, hotel: str, stays: Sequence[Period], *, now: datetime) -> None:
        """End these stays with all their nights. The caller has locked their holds."""
        if stays:
            self._connection.execute(END, {"hotel": hotel, "ids": [stay.id for stay in stays], "now": now})

    def begin_stays(self, hotel: str, stays: Mapping[str, tuple[Room, Stay]], *, now: datetime) -> None:
        """Insert a stay in a room for each booking id. The caller has locked the holds and the rooms.

        Refused `ROOM_OVERLAP_CONFLICT` where another period has one of the nights.
        """
        rows = {
            "hotel": hotel,
            "now": now,
            "bookings": list(stays),
            "rooms": [room.id for room, _ in stays.values()],
            "firsts": [nights.check_in for _, nights in stays.values()],
            "untils": [nights.check_out for _, nights in stays.values()],
        }
        try:
            self._connection.execute(BEGIN, rows)
        except sa.exc.IntegrityError as error:
            if constraint_of(error) == "period_no_room_twice":
                raise overlap_conflict("of the plan", []) from error
            raise
