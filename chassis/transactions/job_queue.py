"""The job table as a queue: enqueue, claim with a lease, renew the lease, mark as done or given up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.observability import trace
from chassis.transactions.job_order import lease_in_order, order_key_of
from chassis.transactions.tables import JOB

LEASE = timedelta(seconds=10)

_COLUMNS = ("key", "kind", "order_key", "payload", "not_before", "traceparent")
# Positions are given in the order of the rows.
_INSERT = sa.text("""INSERT INTO job (key, kind, order_key, payload, not_before, traceparent)
    SELECT key, kind, order_key, CAST(payload AS jsonb), not_before, traceparent
    FROM unnest(CAST(:key AS text[]), CAST(:kind AS text[]), CAST(:order_key AS text[]), CAST(:payload AS text[]),
                CAST(:not_before AS timestamptz[]), CAST(:traceparent AS text[]))
        WITH ORDINALITY AS new (key, kind, order_key, payload, not_before, traceparent, number)
    ORDER BY number
    ON CONFLICT (key) DO NOTHING RETURNING kind, not_before
""")
_OPEN = JOB.c.done_at.is_(None) & JOB.c.gave_up_at.is_(None)
_IS_DUE = (JOB.c.try_at <= sa.func.now()) & (JOB.c.not_before.is_(None) | (JOB.c.not_before <= sa.bindparam("now")))
_NEXT_DUE = (
    sa.select(JOB.c.position)
    .where(_OPEN & (JOB.c.kind == sa.bindparam("kind")) & _IS_DUE)
    .order_by(JOB.c.position)
    .limit(sa.bindparam("batch"))
    .with_for_update(skip_locked=True)
)
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
    """A job that this process has leased. `attempts` includes the current attempt; `created_at` is wall time, UTC.

    `claimed_at` is the monotonic time, in seconds, before which the lease did not begin.
    """

    position: int
    key: str
    order_key: str
    payload: Any
    attempts: int
    created_at: datetime
    traceparent: str
    claimed_at: float


def new_row(payload: Any, *, key: str, not_before: datetime | None) -> dict[str, Any]:
    """The row of a new job, for `insert`. `not_before` is domain time, UTC."""
    return {
        "key": key,
        "kind": type(payload).__name__,
        "order_key": order_key_of(payload),
        "payload": codec.encode(payload).decode(),
        "not_before": not_before,
        "traceparent": trace.current(),
    }


def insert(connection: sa.Connection, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> set[str]:
    """Insert jobs in this order, but none whose key exists; returns the kinds of the new jobs that are due.

    One statement, however many there are. `now` is domain time, UTC.
    """
    values = {column: [row[column] for row in rows] for column in _COLUMNS}
    inserted = connection.execute(_INSERT, values).all()
    return {row.kind for row in inserted if row.not_before is None or row.not_before <= now}


def retry(connection: sa.Connection, key: str) -> str:
    """Reopen a given-up job as if it were new; returns its kind, empty where no given-up job has the key."""
    given_up = (JOB.c.key == key) & JOB.c.gave_up_at.is_not(None)
    values = {"gave_up_at": None, "attempts": 0, "created_at": sa.func.now(), "try_at": sa.func.now()}
    reopening = JOB.update().where(given_up).values(values).returning(JOB.c.kind)
    return connection.execute(reopening).scalar_one_or_none() or ""


def claim(
    connection: sa.Connection, payload: type[Any], *, ordered: bool, batch_size: int, now: datetime, began: float
) -> list[LeasedJob]:
    """Lease up to `batch_size` due jobs, oldest first.

    `now` is domain time, UTC; `began` is the monotonic time, in seconds, at which the transaction began.

    An `ordered` job waits for the earlier jobs of its order key, and is not leased beside them to another worker.
    """
    params = {"kind": payload.__name__, "now": now, "batch": batch_size, "lease": LEASE}
    rows = lease_in_order(connection, params) if ordered else _due(connection, params)
    return sorted((_leased(row, payload, began) for row in rows), key=lambda job: job.position)


def _due(connection: sa.Connection, params: dict[str, Any]) -> Sequence[sa.Row[Any]]:
    positions = list(connection.execute(_NEXT_DUE, params).scalars())
    return connection.execute(_LEASE, {**params, "positions": positions}).all() if positions else []


def renew(connection: sa.Connection, jobs: Sequence[LeasedJob]) -> None:
    """Renew the leases of these jobs, except those that another process has taken over."""
    connection.execute(_RENEW, {"leases": [(job.position, job.attempts) for job in jobs], "lease": LEASE})


def mark(connection: sa.Connection, jobs: Sequence[LeasedJob], **values: Any) -> set[int]:
    """Set columns of these jobs' rows; returns the positions of the rows. A finished job stays as it is.

    A process that was frozen may end a job that another process has taken over and finished.
    """
    positions = [job.position for job in jobs]
    marking = JOB.update().where(JOB.c.position.in_(positions) & _OPEN).values(**values).returning(JOB.c.position)
    return set(connection.execute(marking).scalars()) if positions else set()


def _leased(row: Any, payload: type[Any], began: float) -> LeasedJob:
    return LeasedJob(
        row.position,
        row.key,
        row.order_key,
        codec.typed(row.payload, payload),
        row.attempts,
        row.created_at,
        row.traceparent,
        began,
    )
