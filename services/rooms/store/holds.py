"""Holds of bookings. A transaction that changes a booking's nights or room has locked the booking's hold first."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
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
    ON CONFLICT (hotel, booking_id) DO UPDATE
    SET room_type_id = excluded.room_type_id, check_in = excluded.check_in,
        check_out = excluded.check_out, answer = excluded.answer, held_at = excluded.held_at, ended_at = NULL,
        version = h.version + 1
    WHERE h.ended_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM hold_part p WHERE p.hotel = h.hotel AND p.booking_id = h.booking_id
    )
    RETURNING hotel, booking_id, room_type_id, check_in, check_out, version
), part AS (
    INSERT INTO hold_part (hotel, booking_id, first_night, until, room_type_id)
    SELECT hotel, booking_id, check_in, check_out, room_type_id FROM held
)
SELECT version FROM held
""")
ANSWER = sa.text("""
SELECT room_type_id, check_in, check_out, answer FROM hold WHERE hotel = :hotel AND booking_id = :booking_id
""")
COLUMNS = "booking_id, hotel, room_type_id, check_in, check_out, ended_at, version, change_of"
LOCK = sa.text(f"""
SELECT {COLUMNS} FROM hold WHERE hotel = ANY (:hotels) AND booking_id = ANY (:ids)
ORDER BY booking_id FOR NO KEY UPDATE
""")  # noqa: S608
ONE = sa.text(f"SELECT {COLUMNS} FROM hold WHERE hotel = :hotel AND booking_id = :booking_id")  # noqa: S608
PARTS = sa.text("""
SELECT booking_id, first_night, until, room_type_id FROM hold_part
WHERE hotel = ANY (:hotels) AND booking_id = ANY (:ids) ORDER BY booking_id, first_night
""")
DROP_PARTS = sa.text("DELETE FROM hold_part WHERE hotel = ANY (:hotels) AND booking_id = ANY (:ids)")
ADD_PART = sa.text("""
INSERT INTO hold_part (hotel, booking_id, first_night, until, room_type_id)
VALUES (:hotel, :booking_id, :first_night, :until, :room_type_id)
""")
PROLONG = sa.text("""
UPDATE hold SET check_out = :until, version = version + 1
WHERE hotel = :hotel AND booking_id = :booking_id RETURNING version
""")
CHANGE = sa.text("""
UPDATE hold SET room_type_id = :room_type_id, check_in = :check_in, check_out = :check_out, version = version + 1
WHERE hotel = :hotel AND booking_id = :booking_id RETURNING version
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

    def answer(self, hotel: str, booking_id: str) -> tuple[Stay, int, Held]:
        """The stay, the room type's id and the stored reply of the hold."""
        row = self._connection.execute(ANSWER, {"hotel": hotel, "booking_id": booking_id}).one()
        return Stay(row.check_in, row.check_out), row.room_type_id, codec.typed(row.answer, Held)

    def get(self, hotel: str, booking_id: str) -> Hold | None:
        """One hold, without its parts and without a lock."""
        return self._one(hold_of, ONE, {"hotel": hotel, "booking_id": booking_id})

    def lock_all(self, hotels: Iterable[str], booking_ids: Iterable[str]) -> dict[str, Hold]:
        """Lock the holds of these bookings, which are at these hotels, ascending by booking id.

        Returns the holds with their parts, keyed by booking id.
        """
        keys = {"hotels": sorted(set(hotels)), "ids": sorted(booking_ids)}
        rows = self._connection.execute(LOCK, keys).all()
        if not rows:
            return {}
        parts = parts_of(self._connection.execute(PARTS, keys))
        return {row.booking_id: hold_of(row, parts.get(row.booking_id, ())) for row in rows}

    def write_parts(self, holds: Sequence[Hold]) -> None:
        """Replace the stored parts of each of these locked holds by the parts that the hold has here."""
        keys = {"hotels": sorted({hold.hotel for hold in holds}), "ids": [hold.booking_id for hold in holds]}
        self._connection.execute(DROP_PARTS, keys)
        rows = [
            {
                "hotel": hold.hotel,
                "booking_id": hold.booking_id,
                "first_night": part.first_night,
                "until": part.until,
                "room_type_id": part.room_type_id,
            }
            for hold in holds
            for part in hold.parts
        ]
        if rows:
            self._connection.execute(ADD_PART, rows)

    def prolong(self, hold: Hold, *, until: date) -> int:
        """Set the hold's `check_out` to a later date; returns the hold's new version."""
        return self._number(PROLONG, {"hotel": hold.hotel, "booking_id": hold.booking_id, "until": until})

    def change(self, hold: Hold, *, room_type_id: int, stay: Stay, parts: Sequence[HoldPart]) -> int:
        """Set the stay, the booked type and the parts of a locked hold; returns the hold's new version."""
        self.write_parts([replace(hold, parts=tuple(parts))])
        dates = {"check_in": stay.check_in, "check_out": stay.check_out}
        row = {"hotel": hold.hotel, "booking_id": hold.booking_id, "room_type_id": room_type_id, **dates}
        return self._number(CHANGE, row)


def parts_of(rows: Iterable[Any]) -> dict[str, list[HoldPart]]:
    """The parts of holds from their rows, keyed by booking id."""
    parts: dict[str, list[HoldPart]] = {}
    for row in rows:
        parts.setdefault(row.booking_id, []).append(typed_row(HoldPart, row))
    return parts


def hold_of(row: Any, parts: Sequence[HoldPart] = ()) -> Hold:
    """The hold from its row."""
    return typed_row(Hold, row, stay=Stay(row.check_in, row.check_out), parts=tuple(parts))
