"""A lease row elects one relay per database.

Every change of holder raises the epoch, and every write checks the epoch, so that a relay that was suspended and
wakes up late changes nothing.
"""

import time
from collections.abc import Sequence
from typing import Any

import psycopg

TTL = 4.0
RENEW_AFTER = 1.0
RELEASED = "lease_released"  # the channel on which a release is notified

_TAKE = """
    INSERT INTO lease (name, holder, epoch, expires_at)
    VALUES (%(name)s, %(holder)s, 1, clock_timestamp() + %(ttl)s * interval '1 second')
    ON CONFLICT (name) DO UPDATE SET
        holder = excluded.holder, expires_at = excluded.expires_at,
        epoch = lease.epoch + CASE WHEN lease.holder = excluded.holder THEN 0 ELSE 1 END
    WHERE lease.holder = excluded.holder OR lease.expires_at < clock_timestamp()
    RETURNING epoch
"""
_RELEASE = """
    WITH released AS (
        UPDATE lease SET expires_at = clock_timestamp() WHERE name = %(name)s AND holder = %(holder)s RETURNING 1
    )
    SELECT pg_notify(%(channel)s, '') FROM released
"""
_HOLDS = "EXISTS (SELECT FROM lease WHERE name = %(name)s AND holder = %(holder)s AND epoch = %(epoch)s)"


class Lease:
    """Takes, renews and releases one lease for this process."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], name: str, holder: str) -> None:
        self._connection = connection
        self._params = {"name": name, "holder": holder}
        self._epoch: int | None = None
        self._renew_at = 0.0

    async def held(self) -> bool:
        """Whether this process holds the lease. Takes a free lease, and renews a held lease when that is due."""
        now = time.monotonic()
        if self._epoch is not None and now < self._renew_at:
            return True
        cursor = await self._connection.execute(_TAKE, {**self._params, "ttl": TTL})
        row = await cursor.fetchone()
        self._epoch = row[0] if row else None
        self._renew_at = now + RENEW_AFTER
        return self._epoch is not None

    async def fenced(self, update: str, positions: Sequence[int]) -> bool:
        """Update outbox rows if this process still holds the lease in the same epoch. If not, returns False."""
        cursor = await self._connection.execute(
            f"{update} AND {_HOLDS}",
            {**self._params, "epoch": self._epoch, "positions": list(positions)},
        )
        if cursor.rowcount != len(positions):
            self._epoch = None
            return False
        return True

    async def release(self) -> None:
        """Give the lease up, and wake the processes that stand by, so that one takes it at once."""
        await self._connection.execute(_RELEASE, {**self._params, "channel": RELEASED})
        self._epoch = None
