"""Holds of bookings. A transaction that changes a booking's nights or room has locked the booking's hold first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from chassis import codec
from contracts.rooms.holds import Held
from contracts.values import Stay
from services.rooms.domain.holds import Hold, HoldPart
from services.rooms.store.base import RoomsStore, typed_row

# A new ask takes an ended hold again, unless the guest has slept here: then the hold has parts.
TAKE = sa.text("""
WITH held AS (
    INSERT INTO hold AS h (booking_id, hotel, room_type_id, check_in, check_out, answer, held_at, version)
    VALUES (:booking_id, :hotel, :room_type_id, :check_in, :check_out, CAST(:answer AS jsonb), :now, 1)
    ON CONFLICT (booking_id) DO UPDATE
    SET hotel = excluded.hotel, room_type_id = excluded.room_type_id, check_in = excluded.check_in,
        check_out = excluded.check_out, answer = excluded.answer, held_at = excluded.held_at, ended_at = NULL,
        version = h.version + 1
    WHERE h.ended_at IS NOT NULL AND NOT EXISTS (SELECT FROM hold_part p WHERE p.booking_id = h.booking_id)
    RETURNING booking_id, room_type_id, check_in, check_out, version
), part AS (
    INSERT INTO hold_part (booking_id, first_night, until, room_type_id)
    SELECT booking_id, check_in, check_out, room_type_id FROM held
)
SELECT version FROM held
""")
ANSWER = sa.text("SELECT hotel, room_type_id, check_in, check_out, answer FROM hold WHERE booking_id = :booking_id")
COLUMNS = "booking_id, hotel, room_type_id, check_in, check_out, ended_at, version"
LOCK = sa.text(f"""
SELECT {COLUMNS} FROM hold WHERE booking_id = ANY (:ids) ORDER BY booking_id FOR NO KEY UPDATE
""")  # noqa: S608
ONE = sa.text(f"SELECT {COLUMNS} FROM hold WHERE booking_id = :booking_id")  # noqa: S608
PARTS = sa.text("""
SELECT booking_id, first_night, until, room_type_id FROM hold_part
WHERE booking_id = ANY (:ids) ORDER BY booking_id, first_night
""")
DROP_PARTS = sa.text("DELETE FROM hold_part WHERE booking_id = ANY (:ids)")
ADD_PART = sa.text("""
INSERT INTO hold_part (booking_id, first_night, until, room_type_id)
VALUES (:booking_id, :first_night, :until, :room_type_id)
""")
END = sa.text("""
UPDATE hold SET ended_at = :now, version = version + 1,
    check_out = least(check_out, greatest(check_in, coalesce(:until, check_out)))
WHERE booking_id = :booking_id RETURNING version
""").bindparams(sa.bindparam("until", type_=sa.Date))

PROLONG = sa.text("""
UPDATE hold SET check_out = :until, version = version + 1 WHERE booking_id = :booking_id RETURNING version
""")


class SqlHolds(RoomsStore):
    """The tables `hold` and `hold_part`."""

    def take(
        self, *, booking_id: str, hotel: str, room_type_id: int, stay: Stay, answer: Held, now: datetime
    ) -> int | None:
        """Insert the hold, or replace an ended hold; returns the hold's version.

        Returns None where the booking has a live hold, or an ended hold with nights that the guest has slept. Waits for
        a transaction that takes the same hold. No night is sold yet.
        """
        row = {
            "booking_id": booking_id,
            "hotel": hotel,
            "room_type_id": room_type_id,
            "check_in": stay.check_in,
            "check_out": stay.check_out,
            "answer": codec.encode(answer).decode(),
            "now": now,
        }
        return self._connection.execute(TAKE, row).scalar_one_or_none()

    def answer(self, booking_id: str) -> tuple[str, Stay, int, Held]:
        """The hotel, the stay, the room type's id and the stored reply of the hold."""
        row = self._connection.execute(ANSWER, {"booking_id": booking_id}).one()
        return row.hotel, Stay(row.check_in, row.check_out), row.room_type_id, codec.typed(row.answer, Held)

    def get(self, booking_id: str) -> Hold | None:
        """One hold, without its parts and without a lock."""
        return self._one(_hold_of, ONE, {"booking_id": booking_id})

    def lock(self, booking_ids: Iterable[str]) -> dict[str, Hold]:
        """Lock the holds of these bookings, ascending; returns the holds with their parts, keyed by booking id."""
        ids = sorted(booking_ids)
        rows = self._connection.execute(LOCK, {"ids": ids}).all()
        if not rows:
            return {}
        parts: dict[str, list[HoldPart]] = {}
        for row in self._connection.execute(PARTS, {"ids": ids}):
            parts.setdefault(row.booking_id, []).append(typed_row(HoldPart, row))
        return {row.booking_id: _hold_of(row, parts.get(row.booking_id, ())) for row in rows}

    def write_parts(self, parts: Mapping[str, Sequence[HoldPart]]) -> None:
        """Replace the parts of the holds; `parts` has the new parts, keyed by booking id."""
        self._connection.execute(DROP_PARTS, {"ids": list(parts)})
        rows = [
            {
                "booking_id": booking_id,
                "first_night": part.first_night,
                "until": part.until,
                "room_type_id": part.room_type_id,
            }
            for booking_id, of_booking in parts.items()
            for part in of_booking
        ]
        if rows:
            self._connection.execute(ADD_PART, rows)

    def prolong(self, booking_id: str, *, until: date) -> int:
        """Set the hold's `check_out` to a later date; returns the hold's new version."""
        return self._number(PROLONG, {"booking_id": booking_id, "until": until})

    def end(self, booking_id: str, *, until: date | None, now: datetime) -> int:
        """End the hold. An earlier date in `until` becomes the check-out date. Returns the hold's new version."""
        return self._number(END, {"booking_id": booking_id, "until": until, "now": now})


def _hold_of(row: Any, parts: Sequence[HoldPart] = ()) -> Hold:
    return typed_row(Hold, row, stay=Stay(row.check_in, row.check_out), parts=tuple(parts))
