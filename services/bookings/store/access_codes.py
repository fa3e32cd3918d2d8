"""One-time codes in mailed links. Each code is stored as a hash and used at most once.

A link names no hotel: a code is found by its hash alone.
"""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from chassis.transactions.store import SqlStore, among
from services.bookings.domain.booking import Booking
from services.bookings.store.tables import ACCESS_CODE

_ISSUE = sa.text("""
INSERT INTO access_code (hotel, booking_id, code_hash, ends_at)
SELECT issued.*, CAST(:ends_at AS timestamptz)
FROM unnest(CAST(:hotels AS text[]), CAST(:ids AS text[]), CAST(:codes AS text[])) AS issued
""")


class SqlAccessCodes(SqlStore):
    """The one-time codes of every booking, used and unused."""

    def issue(self, hashes: Iterable[tuple[Booking, str]], *, ends_at: datetime) -> None:
        """Store a one-time code of each booking, by its hash, valid until `ends_at` (UTC)."""
        rows = [(booking.hotel, booking.id, code_hash) for booking, code_hash in hashes]
        if rows:
            hotels, ids, codes = map(list, zip(*rows, strict=True))
            self._connection.execute(_ISSUE, {"hotels": hotels, "ids": ids, "codes": codes, "ends_at": ends_at})

    def void(self, booking: Booking, *, now: datetime) -> None:
        """Mark every unused code of the booking as used."""
        own = (ACCESS_CODE.c.hotel == booking.hotel) & (ACCESS_CODE.c.booking_id == booking.id)
        unused = own & ACCESS_CODE.c.used_at.is_(None)
        self._connection.execute(ACCESS_CODE.update().where(unused).values(used_at=now))

    def use(self, code_hash: str, *, now: datetime) -> tuple[str, str] | None:
        """Mark the code as used; returns hotel and id of its booking, None for an unknown, used or expired code."""
        usable = (
            (ACCESS_CODE.c.code_hash == code_hash) & ACCESS_CODE.c.used_at.is_(None) & (ACCESS_CODE.c.ends_at > now)
        )
        used = ACCESS_CODE.update().where(usable).values(used_at=now)
        row = self._connection.execute(used.returning(ACCESS_CODE.c.hotel, ACCESS_CODE.c.booking_id)).first()
        return (row.hotel, row.booking_id) if row else None

    def delete_ended(self, now: datetime) -> bool:
        """Delete up to 1,000 codes, used or not, that ended before this time; returns False where there are none."""
        ended = sa.select(ACCESS_CODE.c.code_hash).where(ACCESS_CODE.c.ends_at <= now).limit(1000)
        deleting = ACCESS_CODE.delete().where(among(ACCESS_CODE.c.code_hash, ended))
        return self._connection.execute(deleting).rowcount > 0
