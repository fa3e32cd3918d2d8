"""The metrics of every service: unpublished events, waiting and given-up jobs, and how late the jobs are."""

import os
import socket
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa

from contracts.operations import Metric

INSTANCE = f"{socket.gethostname()}:{os.getpid()}"

_OUTBOX = sa.text("""
    SELECT count(*) AS waiting, coalesce(extract(epoch FROM now() - min(recorded_at)), 0) AS age
    FROM outbox WHERE published_at IS NULL
""")
_JOBS = sa.text("""
    SELECT kind, count(position) FILTER (WHERE gave_up_at IS NULL) AS waiting,
           count(position) FILTER (WHERE gave_up_at IS NOT NULL) AS given_up,
           coalesce(extract(epoch FROM now() - min(try_at) FILTER (
               WHERE gave_up_at IS NULL AND try_at <= now() AND coalesce(not_before, :now) <= :now)), 0) AS late
    FROM (SELECT * FROM job WHERE done_at IS NULL) AS open
    FULL JOIN unnest(CAST(:kinds AS text[])) AS known (kind) USING (kind)
    GROUP BY kind ORDER BY kind
""")
COUNTERS = ("asks_refused", "events_refused", "events_failed", "events_repeated", "database_silent", "deadlines_passed")


def service_metrics(
    connection: sa.Connection, counters: Counter[str], *, kinds: Iterable[str], now: datetime
) -> Iterator[Metric]:
    """The metrics of the outbox and the jobs, and the counters of this process. Runs two SQL statements.

    Each of the `kinds` of job and each counter is reported even while its value is 0, so that alerts find the metric.
    `now` is the domain's time, UTC.
    """
    outbox = connection.execute(_OUTBOX).one()
    yield Metric(name="outbox_waiting", value=outbox.waiting)
    yield Metric(name="outbox_age_seconds", value=float(outbox.age))
    for row in connection.execute(_JOBS, {"now": now, "kinds": list(kinds)}):
        yield Metric(name="jobs_waiting", value=row.waiting, label=row.kind)
        yield Metric(name="jobs_given_up", value=row.given_up, label=row.kind)
        yield Metric(name="jobs_late_seconds", value=float(row.late), label=row.kind)
    for name in COUNTERS:
        yield Metric(name=f"{name}_total", value=counters[name])
