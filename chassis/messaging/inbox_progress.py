"""How far the processes of a service are with the inbox: the deliveries that they have received and not acknowledged.

Each process writes its progress to its row in `inbox_process` when it renews the row, so that any process answers for
all processes of the service. The row of a process that renews nothing says what that process had in hand.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from chassis import codec, time_limits
from contracts.operations import Metric

TTL = 4.0  # seconds for which a process's row is valid

_OTHERS = sa.text("""
    SELECT progress, CAST(extract(epoch FROM clock_timestamp() - expires_at) AS float) + :ttl AS silent
    FROM inbox_process WHERE holder <> :holder
""")


@dataclass(frozen=True)
class InboxProgress:
    """`oldest` is the time of the oldest unacknowledged event, domain time, UTC; None where no event is in hand.

    `applying` is the number of seconds for which the current batch has been applied. `waits` is True while the process
    takes no events because its database does not answer, and `connected` is False while the broker is away.
    `partitions` is the number of partitions that the process holds, and `consumed` are those that it consumes. `silent`
    is the number of seconds since the process wrote its progress.
    """

    unacknowledged: int = 0
    oldest: datetime | None = None
    applying: float = 0.0
    waits: bool = False
    connected: bool = True
    partitions: int = 0
    consumed: tuple[int, ...] = ()
    silent: float = 0.0

    def problems(self) -> Iterator[str]:
        """Why the process is not ready; nothing where the inbox makes progress."""
        if not self.connected:
            yield "the inbox is not connected to the broker"
        if self.waits:
            yield "the inbox waits for the database"
        if self.silent > time_limits.READY_BATCH:
            yield f"a process of the inbox has been silent for {self.silent:.0f} s, {self.unacknowledged} events wait"
        elif self.applying > time_limits.READY_BATCH:
            yield f"the inbox has applied one batch for {self.applying:.0f} s, {self.unacknowledged} events wait"


def other_processes(connection: sa.Connection, holder: str) -> list[InboxProgress]:
    """The progress of the service's processes but the one called `holder`, by their rows."""
    rows = connection.execute(_OTHERS, {"holder": holder, "ttl": TTL})
    return [_aged(codec.typed(row.progress, InboxProgress), row.silent) for row in rows]


def _aged(progress: InboxProgress, silent: float) -> InboxProgress:
    return replace(progress, silent=silent, applying=progress.applying and progress.applying + silent)


def inbox_metrics(processes: Collection[InboxProgress], now: datetime) -> Iterator[Metric]:
    """The metrics of the service's inbox, over all its processes; `now` is domain time, UTC."""
    oldest = min((each.oldest for each in processes if each.oldest), default=now)
    yield Metric(name="inbox_unacknowledged", value=sum(each.unacknowledged for each in processes))
    yield Metric(name="inbox_age_seconds", value=max(0.0, (now - oldest).total_seconds()))
    yield Metric(name="inbox_partitions_held", value=sum(each.partitions for each in processes if each.silent <= TTL))
