"""Ghosts, and the progress of the comparison with the rooms service. All times are those of the database's clock."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import sqlalchemy as sa

from chassis.database.arrays import one_row_of
from chassis.transactions.store import SqlStore
from contracts.bookings.status import BookingStatus
from contracts.rooms.occupancy import RoomOccupancy
from services.bookings.domain.ghosts import BookingPosition, Ghost
from services.bookings.store.tables import BOOKING

LEASE = timedelta(seconds=30)
BETWEEN_ROUNDS = timedelta(seconds=30)
LASTS = timedelta(seconds=60)

TAKE = sa.text("UPDATE census SET due_at = now() + :lease WHERE due_at <= now() RETURNING after_room")
TURN_PAGE = sa.text("UPDATE census SET after_room = :after, due_at = now()")
NEXT_ROUND = sa.text("UPDATE census SET after_room = 0, due_at = now() + :wait, began_at = clock_timestamp()")
GONE = sa.text("DELETE FROM ghost WHERE mended_at IS NULL AND last_seen_at < (SELECT began_at FROM census)")
STORE = sa.text("""
INSERT INTO ghost AS g (kind, booking_id, hotel, room_number, first_seen_at, last_seen_at)
VALUES (:kind, :booking_id, :hotel, :room_number, now(), now())
ON CONFLICT (hotel, kind, booking_id, room_number) DO UPDATE
SET last_seen_at = now(), mended_at = NULL,
    first_seen_at = CASE WHEN g.mended_at IS NULL THEN g.first_seen_at ELSE now() END,
    problem = CASE WHEN g.mended_at IS NULL THEN g.problem END
RETURNING first_seen_at = now() AS is_new, first_seen_at <= now() - :lasts AS is_lasting, problem
""")
CLOSE = sa.text("""
UPDATE ghost SET mended_at = CASE WHEN CAST(:problem AS text) IS NULL THEN now() END, problem = :problem
WHERE hotel = :hotel AND kind = :kind AND booking_id = :booking_id AND room_number = :room_number
""")
_NAMED = one_row_of({"named_hotels": BOOKING.c.hotel, "named_ids": BOOKING.c.id})
_IN_ROOMS = one_row_of({"room_hotels": BOOKING.c.hotel, "room_numbers": BOOKING.c.assigned_room_number})
_POSITION = sa.select(
    BOOKING.c.id.label("booking_id"),
    BOOKING.c.hotel,
    BOOKING.c.assigned_room_number.label("room_number"),
    BOOKING.c.status,
    BOOKING.c.pending.is_not(None).label("busy"),
)
# Two queries, each of which an index serves: PostgreSQL would read the whole table for both conditions with OR.
_POSITIONS = sa.union(_POSITION.where(_NAMED), _POSITION.where(BOOKING.c.status == BookingStatus.IN_HOUSE, _IN_ROOMS))


class SqlGhosts(SqlStore):
    """The progress of the comparison, and the ghosts."""

    def take_page(self) -> int | None:
        """Lease the next page for 30 seconds; returns the room id that precedes it, or None if no page is due."""
        after: int | None = self._connection.execute(TAKE, {"lease": LEASE}).scalar()
        return after

    def turn_page(self, last: int | None) -> None:
        """Store the page's last room id. If `last` is None, end the round and delete ghosts that it did not find."""
        if last is not None:
            self._connection.execute(TURN_PAGE, {"after": last})
            return
        self._connection.execute(GONE)
        self._connection.execute(NEXT_ROUND, {"wait": BETWEEN_ROUNDS})

    def positions(self, rooms: Sequence[RoomOccupancy]) -> dict[str, BookingPosition]:
        """Every booking that a room names or that is in house in one of these rooms, keyed by booking id."""
        named = {(room.hotel, one) for room in rooms for one in (room.occupied_by, *room.claimed_by) if one}
        params = {
            "named_hotels": [hotel for hotel, _ in named],
            "named_ids": [booking_id for _, booking_id in named],
            "room_hotels": [room.hotel for room in rooms],
            "room_numbers": [room.room_number for room in rooms],
        }
        rows = self._connection.execute(_POSITIONS, params)
        positions = (BookingPosition(**{**row._mapping, "status": BookingStatus(row.status)}) for row in rows)
        return {position.booking_id: position for position in positions}

    def store(self, ghosts: Iterable[Ghost]) -> tuple[list[Ghost], list[Ghost]]:
        """Store the ghosts; returns the new ghosts, and the ghosts that have lasted for a minute."""
        new, lasting = [], []
        for ghost in ghosts:
            row = self._connection.execute(STORE, _key(ghost) | {"lasts": LASTS}).one()
            new += [ghost] if row.is_new else []
            lasting += [ghost] if row.is_lasting else []
        return new, lasting

    def close(self, ghost: Ghost, *, problem: str | None) -> None:
        """Store that the ghost is repaired or, if the refusal code `problem` is given, that staff must repair it."""
        self._connection.execute(CLOSE, _key(ghost) | {"problem": problem})


def _key(ghost: Ghost) -> dict[str, str]:
    return vars(ghost) | {"kind": ghost.kind.value}
