"""One-time codes that mails carry: issued once, good once, kept as hashes."""

from datetime import datetime

import sqlalchemy as sa

from services.bookings.store.tables import ACCESS_CODE


class Codes:
    """Every code that may still be used, and those that were."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def issue(self, booking_id: str, code_hash: str, *, ends_at: datetime) -> None:
        """Make this code open that booking, once."""
        self._connection.execute(
            ACCESS_CODE.insert().values(code_hash=code_hash, booking_id=booking_id, ends_at=ends_at)
        )

    def void(self, booking_id: str, *, now: datetime) -> None:
        """No code issued so far opens that booking any more."""
        unused = (ACCESS_CODE.c.booking_id == booking_id) & ACCESS_CODE.c.used_at.is_(None)
        self._connection.execute(ACCESS_CODE.update().where(unused).values(used_at=now))

    def use(self, code_hash: str, *, now: datetime) -> str | None:
        """The booking that the code opens; None where it opens nothing, or no longer."""
        usable = (
            (ACCESS_CODE.c.code_hash == code_hash) & ACCESS_CODE.c.used_at.is_(None) & (ACCESS_CODE.c.ends_at > now)
        )
        used = ACCESS_CODE.update().where(usable).values(used_at=now).returning(ACCESS_CODE.c.booking_id)
        booking_id: str | None = self._connection.execute(used).scalar()
        return booking_id
