"""Distributes the partitions of an inbox over the processes of a service, by rows in the service's database.

A process renews its row in `inbox_process`, with its progress, and holds rows of `inbox_partition`. When the row of a
process expires or is removed, the process's partitions are free. Each process may hold an equal share; a process that
holds more gives partitions up, and one that holds fewer takes free partitions. An expired row stays until other
processes consume all partitions, because until then its process may have events in hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from chassis import codec
from chassis.messaging.inbox_progress import TTL, InboxProgress

KEEP = 60.0  # seconds for which an expired row stays at most

# One statement for the usual case, in which no partition changes hands.
_RENEW = sa.text("""
    WITH renewed AS (
        UPDATE inbox_process SET expires_at = clock_timestamp() + :ttl * interval '1 second', partitions = :partitions,
               progress = CAST(:progress AS jsonb)
        WHERE holder = :holder RETURNING 1
    )
    SELECT EXISTS (SELECT FROM renewed),
           (SELECT jsonb_object_agg(holder, partitions) FROM inbox_process
            WHERE holder = :holder OR expires_at >= clock_timestamp()),
           (SELECT jsonb_object_agg(number, holder) FROM inbox_partition),
           EXISTS (SELECT FROM inbox_process WHERE holder <> :holder AND expires_at < clock_timestamp())
""")
_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtext('inbox_partition'))")
_JOIN = sa.text("""
    INSERT INTO inbox_process (holder, partitions, expires_at)
    VALUES (:holder, :partitions, clock_timestamp() + :ttl * interval '1 second') ON CONFLICT (holder) DO NOTHING
""")
_FREE_OF_EXPIRED = sa.text("""
    WITH expired AS (
        SELECT holder FROM inbox_process WHERE holder <> :holder AND expires_at < clock_timestamp() FOR UPDATE
    )
    UPDATE inbox_partition SET holder = NULL, since = clock_timestamp() WHERE holder IN (SELECT holder FROM expired)
""")
_REMOVE_EXPIRED = sa.text("""
    DELETE FROM inbox_process WHERE holder <> :holder AND expires_at < clock_timestamp() AND (
        expires_at < clock_timestamp() - :keep * interval '1 second' OR NOT EXISTS (
            SELECT FROM inbox_partition WHERE NOT EXISTS (
                SELECT FROM inbox_process AS live
                WHERE live.expires_at >= clock_timestamp() AND live.progress -> 'consumed' @> to_jsonb(number)
            )
        )
    )
""")
_ADD_PARTITIONS = sa.text("""
    INSERT INTO inbox_partition (number) SELECT generate_series(0, (
        SELECT max(partitions) FROM inbox_process WHERE expires_at >= clock_timestamp()) - 1)
    ON CONFLICT (number) DO NOTHING
""")
_TAKE = sa.text("""
    UPDATE inbox_partition SET holder = :holder, since = clock_timestamp() WHERE number = ANY (ARRAY(
        SELECT number FROM inbox_partition WHERE holder IS NULL ORDER BY number LIMIT :count
    ))
""")
_GIVE_UP = sa.text("""
    UPDATE inbox_partition SET holder = NULL, since = clock_timestamp()
    WHERE holder = :holder AND number = ANY(:numbers)
""")
_GIVE_ALL_UP = sa.text("UPDATE inbox_partition SET holder = NULL, since = clock_timestamp() WHERE holder = :holder")
_FORGET = sa.text("DELETE FROM inbox_partition WHERE holder = :holder AND number = ANY(:numbers)")
_LEAVE = sa.text("DELETE FROM inbox_process WHERE holder = :holder")


@dataclass(frozen=True)
class Distribution:
    """Which process holds which partition. `processes` has the number of partitions in each process's settings."""

    processes: Mapping[str, int]
    partitions: Mapping[int, str | None]

    @property
    def count(self) -> int:
        """The number of partitions; a partition with a higher number is being emptied."""
        return max(self.processes.values(), default=0)

    def of(self, holder: str) -> list[int]:
        """The partitions that this process holds, in order."""
        return sorted(number for number, by in self.partitions.items() if by == holder)

    def share(self, holder: str) -> int:
        """How many partitions this process may hold; the first processes by name hold one more where it takes that."""
        each, more = divmod(len(self.partitions), len(self.processes))
        return each + (sorted(self.processes).index(holder) < more)

    def is_settled(self, holder: str) -> bool:
        """Whether nothing is left for this process to take."""
        free = any(by is None for by in self.partitions.values())
        missing = len(self.partitions.keys() & set(range(self.count))) < self.count
        return not missing and not (free and len(self.of(holder)) < self.share(holder))


class PartitionLeases:
    """The share of one process, called `holder`, whose settings say `partitions`."""

    def __init__(self, engine: sa.Engine, holder: str, partitions: int) -> None:
        self._engine = engine
        self.holder = holder
        self.partitions = partitions

    def renew(self, progress: InboxProgress) -> Distribution:
        """Renew this process's row, and take free partitions up to the process's share."""
        params = {
            "holder": self.holder,
            "partitions": self.partitions,
            "ttl": TTL,
            "keep": KEEP,
            "progress": codec.encode(progress).decode(),
        }
        with self._engine.begin() as connection:
            distribution, is_member, others_expired = _read(connection, params)
        if is_member and not others_expired and distribution.is_settled(self.holder):
            return distribution
        with self._engine.begin() as connection:  # of its own: whoever has the lock may wait for this process's row
            connection.execute(_ONE_AT_A_TIME)
            connection.execute(_FREE_OF_EXPIRED, params)
            connection.execute(_REMOVE_EXPIRED, params)
            connection.execute(_JOIN, params)
            connection.execute(_ADD_PARTITIONS)
            distribution, *_ = _read(connection, params)
            more = distribution.share(self.holder) - len(distribution.of(self.holder))
            if more > 0:
                connection.execute(_TAKE, {**params, "count": more})
            return _read(connection, params)[0]

    def give_up(self, numbers: Sequence[int]) -> None:
        """Let other processes take these partitions."""
        self._execute(_GIVE_UP, numbers)

    def forget(self, numbers: Sequence[int]) -> None:
        """Remove partitions whose queues are gone."""
        self._execute(_FORGET, numbers)

    def leave(self) -> None:
        """Let other processes take all partitions of this process."""
        with self._engine.begin() as connection:
            connection.execute(_GIVE_ALL_UP, {"holder": self.holder})
            connection.execute(_LEAVE, {"holder": self.holder})

    def _execute(self, statement: sa.TextClause, numbers: Sequence[int]) -> None:
        if numbers:
            with self._engine.begin() as connection:
                connection.execute(statement, {"holder": self.holder, "numbers": list(numbers)})


def _read(connection: sa.Connection, params: Mapping[str, object]) -> tuple[Distribution, bool, bool]:
    is_member, processes, partitions, others_expired = connection.execute(_RENEW, params).one()
    numbers = {int(number): by for number, by in (partitions or {}).items()}
    return Distribution(processes or {}, numbers), is_member, others_expired
