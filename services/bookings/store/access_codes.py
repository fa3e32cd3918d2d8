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
_CODE = ACCESS_CODE.c
_USED = {"used_at": sa.bindparam("now", type_=_CODE.used_at.type)}
_OF_BOOKING = (_CODE.hotel == sa.bindparam("of_hotel")) & (_CODE.booking_id == sa.bindparam("of_booking"))
_VOID = ACCESS_CODE.update().where(_OF_BOOKING, _CODE.used_at.is_(None)).values(_USED)
_USABLE = (
    (_CODE.code_hash == sa.bindparam("of_code"))
    & _CODE.used_at.is_(None)
    & (_CODE.ends_at > sa.bindparam("now", type_=_CODE.ends_at.type))
)
_USE = ACCESS_CODE.update().where(_USABLE).values(_USED).returning(_CODE.hotel, _CODE.booking_id)


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
        self._connection.execute(_VOID, {"of_hotel": booking.hotel, "of_booking": booking.id, "now": now})

    def use(self, code_hash: str, *, now: datetime) -> tuple[str, str] | None:
        """Mark the code as used; returns hotel and id of its booking, None for an unknown, used or expired code."""
        row = self._connection.execute(_USE, {"of_code": code_hash, "now": now}).first()
        return (row.hotel, row.booking_id) if row else None

    def delete_ended(self, now: datetime) -> bool:
        """Delete up to 1,000 codes, used or not, that ended before this time; returns False where there are none."""
        ended = sa.select(ACCESS_CODE.c.code_hash).where(ACCESS_CODE.c.ends_at <= now).limit(1000)
        deleting = ACCESS_CODE.delete().where(among(ACCESS_CODE.c.code_hash, ended))
        return self._connection.execute(deleting).rowcount > 0
