"""Ends holds with their stays in rooms, any number in one statement. The caller has locked the holds."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from services.rooms.domain.held_rooms import Ending
from services.rooms.store.base import RoomsStore

# A hold keeps the parts that the guest has slept. A stay that ends before its last night gives the rest back.
END = sa.text("""
WITH ended AS (
    SELECT * FROM unnest(
        CAST(:hotels AS text[]), CAST(:booking_ids AS text[]), CAST(:hold_untils AS date[]),
        CAST(:stay_ids AS bigint[]), CAST(:stay_untils AS date[])
    ) AS ended (hotel, booking_id, hold_until, stay_id, stay_until)
), slept AS (
    SELECT * FROM unnest(
        CAST(:part_hotels AS text[]), CAST(:part_booking_ids AS text[]), CAST(:firsts AS date[]),
        CAST(:untils AS date[]), CAST(:types AS integer[])
    ) AS slept (hotel, booking_id, first_night, until, room_type_id)
), hold_ended AS (
    UPDATE hold SET ended_at = :now, version = hold.version + 1,
        check_out = least(hold.check_out, greatest(hold.check_in, coalesce(ended.hold_until, hold.check_out)))
    FROM ended WHERE hold.hotel = ended.hotel AND hold.booking_id = ended.booking_id AND hold.ended_at IS NULL
), stay_ended AS (
    UPDATE period SET live = false, ended_at = :now,
        nights = daterange(
            lower(period.nights), least(upper(period.nights), greatest(lower(period.nights), ended.stay_until))
        )
    FROM ended WHERE period.hotel = ended.hotel AND period.id = ended.stay_id
), dropped AS (
    DELETE FROM hold_part AS part USING ended
    WHERE part.hotel = ended.hotel AND part.booking_id = ended.booking_id AND NOT EXISTS (
        SELECT FROM slept WHERE (slept.hotel, slept.booking_id, slept.first_night)
            = (part.hotel, part.booking_id, part.first_night)
    )
)
INSERT INTO hold_part (hotel, booking_id, first_night, until, room_type_id)
SELECT hotel, booking_id, first_night, until, room_type_id FROM slept
ON CONFLICT (hotel, booking_id, first_night) DO UPDATE
SET until = excluded.until, room_type_id = excluded.room_type_id
""")


class SqlEndings(RoomsStore):
    """Writes the tables `hold`, `hold_part` and `period`."""

    def end(self, endings: Sequence[Ending], *, now: datetime) -> None:
        """End each live hold with the stay of its booking. The version of each hold is one more afterwards."""
        parts = [(ending.hold, part) for ending in endings for part in ending.remaining]
        stays = [ending.stay for ending in endings]
        values = {
            "hotels": [ending.hold.hotel for ending in endings],
            "booking_ids": [ending.hold.booking_id for ending in endings],
            "hold_untils": [ending.from_on for ending in endings],
            "stay_ids": [stay.id if stay else None for stay in stays],
            "stay_untils": [ending.stay_until for ending in endings],
            "part_hotels": [hold.hotel for hold, _ in parts],
            "part_booking_ids": [hold.booking_id for hold, _ in parts],
            "firsts": [part.first_night for _, part in parts],
            "untils": [part.until for _, part in parts],
            "types": [part.room_type_id for _, part in parts],
        }
        self._connection.execute(END, {**values, "now": now})
