"""Holds of changes that wait for their payment. A booking has one live hold of a change at most: an index says so."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from chassis import codec
from contracts.rooms.stay_changes import ChangeOffer
from contracts.values import Stay
from services.rooms.domain.holds import Hold, HoldPart
from services.rooms.store.base import RoomsStore
from services.rooms.store.holds import ADD_PART, COLUMNS, PARTS, hold_of, parts_of

OF_BOOKING = sa.text(f"""
SELECT {COLUMNS} FROM hold WHERE hotel = :hotel AND change_of = :booking_id AND ended_at IS NULL
""")  # noqa: S608
LOCK = sa.text(f"{OF_BOOKING.text} FOR NO KEY UPDATE")
OFFER = sa.text("SELECT answer FROM hold WHERE hotel = :hotel AND booking_id = :change_id")
TAKE = sa.text("""
INSERT INTO hold (booking_id, hotel, room_type_id, check_in, check_out, answer, held_at, version, change_of)
VALUES (:change_id, :hotel, :room_type_id, :check_in, :check_out, CAST(:answer AS jsonb), :now, 1, :booking_id)
""")


class SqlWaitingChanges(RoomsStore):
    """The rows of `hold` and `hold_part` that belong to a change. The caller has locked the booking's own hold."""

    def get(self, hotel: str, booking_id: str) -> Hold | None:
        """The live hold of the booking's change with its parts, without a lock, for a query."""
        return self._read(OF_BOOKING, hotel, booking_id)

    def lock(self, hotel: str, booking_id: str) -> Hold | None:
        """The same, locked. The id of a change is greater than that of its booking, so that holds lock ascending."""
        return self._read(LOCK, hotel, booking_id)

    def offer(self, hold: Hold) -> ChangeOffer:
        """The offer of the change that has this hold."""
        answer = self._connection.execute(OFFER, {"hotel": hold.hotel, "change_id": hold.booking_id}).scalar_one()
        return codec.typed(answer, ChangeOffer)

    def take(
        self,
        booking: Hold,
        *,
        change_id: str,
        room_type_id: int,
        stay: Stay,
        parts: Sequence[HoldPart],
        offer: ChangeOffer,
        now: datetime,
    ) -> None:
        """Insert the hold of a change of this booking, of version 1. No night is sold yet."""
        row = {
            "hotel": booking.hotel,
            "booking_id": booking.booking_id,
            "change_id": change_id,
            "room_type_id": room_type_id,
            "check_in": stay.check_in,
            "check_out": stay.check_out,
            "answer": codec.encode(offer).decode(),
            "now": now,
        }
        self._connection.execute(TAKE, row)
        of = {"hotel": booking.hotel, "booking_id": change_id}
        if parts:
            self._connection.execute(ADD_PART, [of | _row(part) for part in parts])

    def _read(self, statement: sa.TextClause, hotel: str, booking_id: str) -> Hold | None:
        row = self._connection.execute(statement, {"hotel": hotel, "booking_id": booking_id}).one_or_none()
        if row is None:
            return None
        parts = self._connection.execute(PARTS, {"hotels": [hotel], "ids": [row.booking_id]})
        return hold_of(row, parts_of(parts).get(row.booking_id, ()))


def _row(part: HoldPart) -> dict[str, object]:
    return {"first_night": part.first_night, "until": part.until, "room_type_id": part.room_type_id}
