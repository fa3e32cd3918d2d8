"""The job table as a queue: enqueue, claim with a lease, renew the lease, mark as done or given up."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis import codec
from chassis.database.arrays import one_of, one_row_of
from chassis.observability import trace
from chassis.transactions import job_order
from chassis.transactions.checks import check, failed
from chassis.transactions.tables import JOB

LEASE = timedelta(seconds=10)

_OPEN = JOB.c.done_at.is_(None) & JOB.c.gave_up_at.is_(None)
# The first query, which is executed once, locks what no other claim has locked.
_LEASE = sa.text("""
    WITH due AS MATERIALIZED (
        SELECT position, attempts FROM job
        WHERE kind = :kind AND done_at IS NULL AND gave_up_at IS NULL
            AND try_at <= now() AND (not_before IS NULL OR not_before <= :now)
        ORDER BY position LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    UPDATE job SET try_at = now() + :lease, attempts = due.attempts + 1 FROM due WHERE job.position = due.position
    RETURNING job.*
""")
_LEASES = one_row_of({"positions": JOB.c.position, "of_attempts": JOB.c.attempts})
_LEASED_UNTIL = sa.func.now() + sa.bindparam("lease", type_=sa.Interval)
_RENEW = JOB.update().where(_LEASES & _OPEN).values(try_at=_LEASED_UNTIL)
_HELD = sa.select(JOB.c.position).where(_LEASES & _OPEN)
_MARK = (
    JOB.update()
    .where(one_of(JOB.c.position, "positions") & _OPEN)
    .values(done_at=sa.func.now(), last_error="")
    .returning(JOB.c.position)
)
_ENDED_BEFORE = "job ended before"
_MISSED = {"(SELECT count(*) FROM ended) <> cardinality(CAST(:ended_jobs AS bigint[]))": _ENDED_BEFORE}
_END = f"""
    ended AS (
        UPDATE job SET done_at = now(), last_error = ''
        WHERE position = ANY(CAST(:ended_jobs AS bigint[])) AND done_at IS NULL AND gave_up_at IS NULL RETURNING 1
    ), {check(_MISSED)}
"""  # noqa: S608
# A job that another process has ended stays as it is.
FINISH = """
    UPDATE job SET done_at = now(), last_error = ''
    WHERE position = ANY(CAST(:finished_jobs AS bigint[])) AND done_at IS NULL AND gave_up_at IS NULL AND {after}
"""
_POSTPONE = sa.text("""UPDATE job SET try_at = now() + make_interval(secs => failed.seconds), last_error = failed.why
    FROM unnest(
        CAST(:positions AS bigint[]), CAST(:attempts AS integer[]), CAST(:seconds AS float[]), CAST(:whys AS text[])
    ) AS failed (position, attempts, seconds, why)
    WHERE job.position = failed.position AND job.attempts = failed.attempts
        AND done_at IS NULL AND gave_up_at IS NULL
""")


class EndedBefore(Exception):
    """Another process has ended one of the jobs."""


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


@dataclass(frozen=True)
class PostponedJob:
    """A job that is due again in so many `seconds`, because of `why`; `attempts` is that of its lease."""

    position: int
    attempts: int
    seconds: float
    why: str


def new_row(payload: Any, *, key: str, not_before: datetime | None) -> dict[str, Any]:
    """The row of a new job. `not_before` is domain time, UTC."""
    return {
        "key": key,
        "kind": type(payload).__name__,
        "order_key": job_order.order_key_of(payload),
        "payload": codec.plain(payload),
        "not_before": not_before,
        "traceparent": trace.current(),
    }


def retry(connection: sa.Connection, key: str) -> str:
    """Reopen a given-up job as if it were new; returns its kind, empty where no given-up job has the key."""
    given_up = (JOB.c.key == key) & JOB.c.gave_up_at.is_not(None)
    values = {"gave_up_at": None, "attempts": 0, "created_at": sa.func.now(), "try_at": sa.func.now()}
    reopening = JOB.update().where(given_up).values(values).returning(JOB.c.kind)
    return connection.execute(reopening).scalar_one_or_none() or ""


def claim(
    connection: sa.Connection, payload: type[Any], *, ordered: bool, most: int, now: datetime, began: float
) -> list[LeasedJob]:
    """Lease up to `most` due jobs, oldest first: one statement, which needs no transaction around it.

    `now` is domain time, UTC; `began` is the monotonic time, in seconds, before which the claim did not begin.

    An `ordered` job waits for the earlier jobs of its order key, and is not leased beside them to another worker (see
    `job_order`). A process that dies leaves its leases, which end by themselves.
    """
    params = {"kind": payload.__name__, "now": now, "batch": most, "lease": LEASE}
    if ordered:
        rows = connection.execute(job_order.LEASE, {**params, "lookahead": job_order.LOOKAHEAD}).all()
    else:
        rows = connection.execute(_LEASE, params).all()
    return sorted((_leased(row, payload, began) for row in rows), key=lambda job: job.position)


def renew(connection: sa.Connection, jobs: Sequence[LeasedJob]) -> int:
    """Renew the leases of these jobs, except those that ended or that another process has taken over.

    Returns how many leases were renewed.
    """
    return connection.execute(_RENEW, {**_leases(jobs), "lease": LEASE}).rowcount


def held(connection: sa.Connection, jobs: Sequence[LeasedJob]) -> set[int]:
    """The positions of those of these jobs that are open, and that no other process has leased since."""
    return set(connection.execute(_HELD, _leases(jobs)).scalars())


def give_up(connection: sa.Connection, job: LeasedJob, why: str) -> bool:
    """Give up an open job; returns False where another process has ended it, or has leased it since."""
    held = _OPEN & (JOB.c.position == job.position) & (JOB.c.attempts == job.attempts)
    giving_up = JOB.update().where(held).values(gave_up_at=sa.func.now(), last_error=why)
    return connection.execute(giving_up).rowcount > 0


def mark(connection: sa.Connection, jobs: Sequence[LeasedJob]) -> set[int]:
    """Mark these jobs as done; returns the positions of those that were open. A finished job stays as it is.

    A process that was frozen may end a job that another process has taken over and finished.
    """
    positions = [job.position for job in jobs]
    return set(connection.execute(_MARK, {"positions": positions}).scalars()) if positions else set()


def end(write_first: Callable[[str, dict[str, Any]], None], jobs: Sequence[LeasedJob]) -> None:
    """Mark these jobs as done before all else in a transaction, or as one with it; `ending` raises what goes wrong."""
    write_first(_END, {"ended_jobs": [job.position for job in jobs]})


@contextmanager
def ending() -> Iterator[None]:
    """A block with a transaction that ends jobs. Raises `EndedBefore`; the transaction is rolled back."""
    try:
        yield
    except sa.exc.DataError as problem:
        if failed(problem, _ENDED_BEFORE):
            raise EndedBefore from problem
        raise


def postpone(connection: sa.Connection, jobs: Sequence[PostponedJob]) -> None:
    """Make these jobs due again later, by one statement.

    A job that is finished, or that another process has leased since, stays as it is.
    """
    values = {
        "positions": [job.position for job in jobs],
        "attempts": [job.attempts for job in jobs],
        "seconds": [job.seconds for job in jobs],
        "whys": [job.why for job in jobs],
    }
    connection.execute(_POSTPONE, values)


def _leases(jobs: Sequence[LeasedJob]) -> dict[str, Any]:
    return {"positions": [job.position for job in jobs], "of_attempts": [job.attempts for job in jobs]}


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
