"""One-time codes in mailed links. Each code is stored as a hash and used at most once."""

from datetime import datetime

import sqlalchemy as sa

from chassis.transactions.store import SqlStore
from services.bookings.store.tables import ACCESS_CODE


class SqlAccessCodes(SqlStore):
    """The one-time codes of every booking, used and unused."""

    def issue(self, booking_id: str, code_hash: str, *, ends_at: datetime) -> None:
        """Store a one-time code of the booking, valid until `ends_at` (UTC)."""
        self._connection.execute(
            ACCESS_CODE.insert().values(code_hash=code_hash, booking_id=booking_id, ends_at=ends_at)
        )

    def void(self, booking_id: str, *, now: datetime) -> None:
        """Mark every unused code of the booking as used."""
        unused = (ACCESS_CODE.c.booking_id == booking_id) & ACCESS_CODE.c.used_at.is_(None)
        self._connection.execute(ACCESS_CODE.update().where(unused).values(used_at=now))

    def use(self, code_hash: str, *, now: datetime) -> str | None:
        """Mark the code as used; returns the id of its booking, or None for an unknown, used or expired code."""
        usable = (
            (ACCESS_CODE.c.code_hash == code_hash) & ACCESS_CODE.c.used_at.is_(None) & (ACCESS_CODE.c.ends_at > now)
        )
        used = ACCESS_CODE.update().where(usable).values(used_at=now).returning(ACCESS_CODE.c.booking_id)
        booking_id: str | None = self._connection.execute(used).scalar()
        return booking_id

    def delete_ended(self, now: datetime) -> bool:
        """Delete up to 1,000 codes, used or not, that ended before this time; returns False where there are none."""
        ended = sa.select(ACCESS_CODE.c.code_hash).where(ACCESS_CODE.c.ends_at <= now).limit(1000)
        return self._connection.execute(ACCESS_CODE.delete().where(ACCESS_CODE.c.code_hash.in_(ended))).rowcount > 0
