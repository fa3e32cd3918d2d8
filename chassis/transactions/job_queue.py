"""The job table as a queue: enqueue, claim with a lease, renew the lease, mark as done or given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis import codec
from chassis.observability import trace
from chassis.transactions.tables import JOB

LEASE = timedelta(seconds=10)

_ENQUEUE = insert(JOB).on_conflict_do_nothing(index_elements=["key"])
_OPEN = JOB.c.done_at.is_(None) & JOB.c.gave_up_at.is_(None)
_IS_DUE = (JOB.c.try_at <= sa.func.now()) & (JOB.c.not_before.is_(None) | (JOB.c.not_before <= sa.bindparam("now")))
_OLDEST = (
    sa.select(JOB.c.position, _IS_DUE.label("due"))
    .where(_OPEN & (JOB.c.kind == sa.bindparam("kind")))
    .order_by(JOB.c.position)
)
_NEXT_IN_ORDER = _OLDEST.limit(sa.bindparam("batch"))
_NEXT_DUE = _NEXT_IN_ORDER.where(_IS_DUE).with_for_update(skip_locked=True)
_LOCK_KIND = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(sa.bindparam("kind"))))
_LEASED_UNTIL = sa.func.now() + sa.bindparam("lease", type_=sa.Interval)
_LEASE = (
    JOB.update()
    .where(JOB.c.position.in_(sa.bindparam("positions", expanding=True)))
    .values(try_at=_LEASED_UNTIL, attempts=JOB.c.attempts + 1)
    .returning(JOB)
)
_RENEW = (
    JOB.update()
    .where(sa.tuple_(JOB.c.position, JOB.c.attempts).in_(sa.bindparam("leases", expanding=True)) & _OPEN)
    .values(try_at=_LEASED_UNTIL)
)


@dataclass(frozen=True)
class LeasedJob:
    """A job that this process has leased. `attempts` includes the current attempt; `created_at` is wall time, UTC."""

    position: int
    key: str
    payload: Any
    attempts: int
    created_at: datetime
    traceparent: str


def enqueue(connection: sa.Connection, payload: Any, *, key: str, not_before: datetime | None) -> None:
    """Insert a job unless a job with the key exists. `not_before` is domain time, UTC."""
    row = {
        "key": key,
        "kind": type(payload).__name__,
        "payload": codec.plain(payload),
        "not_before": not_before,
        "traceparent": trace.current(),
    }
    connection.execute(_ENQUEUE, row)


def retry(connection: sa.Connection, key: str) -> bool:
    """Reopen a given-up job as if it were new; returns False where no given-up job has the key."""
    given_up = (JOB.c.key == key) & JOB.c.gave_up_at.is_not(None)
    values = {"gave_up_at": None, "attempts": 0, "created_at": sa.func.now(), "try_at": sa.func.now()}
    return connection.execute(JOB.update().where(given_up).values(values)).rowcount > 0


def lock_job_kind(connection: sa.Connection, payload: type[Any]) -> None:
    """Keep every worker from claiming ordered jobs of this kind until the transaction ends."""
    connection.execute(_LOCK_KIND, {"kind": payload.__name__})


def claim(
    connection: sa.Connection, payload: type[Any], *, ordered: bool, batch_size: int, now: datetime
) -> list[LeasedJob]:
    """Lease up to `batch_size` due jobs, oldest first; an ordered job waits for earlier ones. `now` is domain time."""
    params = {"kind": payload.__name__, "now": now, "batch": batch_size}
    if ordered:
        connection.execute(_LOCK_KIND, params)
    rows = connection.execute(_NEXT_IN_ORDER if ordered else _NEXT_DUE, params).all()
    positions = [row.position for row in takewhile(lambda row: row.due, rows)]
    if not positions:
        return []
    leased = connection.execute(_LEASE, {"positions": positions, "lease": LEASE}).all()
    return sorted((_leased(row, payload) for row in leased), key=lambda job: job.position)


def renew(connection: sa.Connection, jobs: Sequence[LeasedJob]) -> None:
    """Renew the leases of these jobs, except those that another process has taken over."""
    connection.execute(_RENEW, {"leases": [(job.position, job.attempts) for job in jobs], "lease": LEASE})


def mark(connection: sa.Connection, jobs: Sequence[LeasedJob], **values: Any) -> None:
    """Set columns of these jobs' rows."""
    if jobs:
        positions = [job.position for job in jobs]
        connection.execute(JOB.update().where(JOB.c.position.in_(positions)).values(**values))


def _leased(row: Any, payload: type[Any]) -> LeasedJob:
    return LeasedJob(
        row.position, row.key, codec.typed(row.payload, payload), row.attempts, row.created_at, row.traceparent
    )
