"""Checks that every sold stay of a hotel has a room in a plan: when the next is due, and what the last has shown."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from chassis import codec
from chassis.transactions.store import SqlStore
from services.bookings.domain.room_plan_checks import ImpossibleStay, RoomPlanCheck

TAKE = sa.text("""
UPDATE room_plan_check SET due_at = :again_at WHERE hotel = (
    SELECT hotel FROM room_plan_check WHERE due_at <= :now ORDER BY due_at, hotel LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING hotel, version, marks, impossible
""")
LOCK = sa.text("""
SELECT hotel, version, marks, impossible FROM room_plan_check WHERE hotel = :hotel FOR NO KEY UPDATE
""")
SAVE = sa.text("""
UPDATE room_plan_check SET version = :version, impossible = CAST(:impossible AS jsonb), checked_at = :now
WHERE hotel = :hotel
""")
DIGEST = sa.text("""
SELECT md5(coalesce(string_agg(concat_ws(
    ' ', id, status, check_in, check_out, adults + children, coalesce(assigned_room_number, '-'), room_locked
), ',' ORDER BY id), '')) FROM booking
WHERE hotel = :hotel AND status IN ('PENDING_APPROVAL', 'CONFIRMED', 'IN_HOUSE') AND check_out > :after
""").bindparams(sa.bindparam("after", type_=sa.Date))


class SqlRoomPlanChecks(SqlStore):
    """The table `room_plan_check`. All times are domain times."""

    def take(self, *, now: datetime, again_at: datetime) -> RoomPlanCheck | None:
        """The check that is due first; None where none is due. The next one of its hotel is due at `again_at`."""
        row = self._connection.execute(TAKE, {"now": now, "again_at": again_at}).first()
        return _check(row) if row else None

    def lock(self, hotel: str) -> RoomPlanCheck | None:
        """The hotel's last check, locked until the transaction ends; None for a hotel without one."""
        row = self._connection.execute(LOCK, {"hotel": hotel}).first()
        return _check(row) if row else None

    def save(self, hotel: str, *, version: str, impossible: Sequence[ImpossibleStay], now: datetime) -> None:
        """Store what the check of the hotel has shown."""
        stays = codec.encode(list(impossible)).decode()
        self._connection.execute(SAVE, {"hotel": hotel, "version": version, "impossible": stays, "now": now})

    def digest(self, hotel: str, *, after: date) -> str:
        """The digest of what a plan depends on in the hotel's bookings whose guests leave later than on `after`."""
        return str(self._connection.execute(DIGEST, {"hotel": hotel, "after": after}).scalar_one())


def _check(row: sa.Row[tuple[str, str, int, list[dict[str, object]]]]) -> RoomPlanCheck:
    stays = tuple(codec.typed(each, ImpossibleStay) for each in row.impossible)
    return RoomPlanCheck(hotel=row.hotel, version=row.version, marks=row.marks, impossible=stays)
