"""The figures of every service's mailbox, for operators: what waits, how late it is, what was given up."""

import os
import socket
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa

from contracts.operations import Figure

INSTANCE = f"{socket.gethostname()}:{os.getpid()}"

_OUTBOX = sa.text(
    """
    SELECT count(*) AS waiting, coalesce(extract(epoch FROM now() - min(recorded_at)), 0) AS age
    FROM outbox WHERE published_at IS NULL
    """
)
_ERRANDS = sa.text(
    """
    SELECT kind, count(position) FILTER (WHERE gave_up_at IS NULL) AS waiting,
           count(position) FILTER (WHERE gave_up_at IS NOT NULL) AS given_up,
           coalesce(extract(epoch FROM now() - min(try_at) FILTER (
               WHERE gave_up_at IS NULL AND try_at <= now() AND coalesce(not_before, :now) <= :now)), 0) AS late
    FROM (SELECT * FROM errand WHERE done_at IS NULL) AS open
    FULL JOIN unnest(CAST(:kinds AS text[])) AS known (kind) USING (kind)
    GROUP BY kind ORDER BY kind
    """
)
COUNTED = ("events_failed", "events_heard_again")


def figures_of(
    connection: sa.Connection, tally: Counter[str], *, kinds: Iterable[str], now: datetime
) -> Iterator[Figure]:
    """Outbox and errands, in two statements, and what this process has counted since it started.

    Each of these `kinds` of errand and each count is told, also while it is nothing: alerts want to see that.
    """
    outbox = connection.execute(_OUTBOX).one()
    yield Figure(name="outbox_waiting", value=outbox.waiting)
    yield Figure(name="outbox_age_seconds", value=float(outbox.age))
    for row in connection.execute(_ERRANDS, {"now": now, "kinds": list(kinds)}):
        yield Figure(name="errands_waiting", value=row.waiting, label=row.kind)
        yield Figure(name="errands_given_up", value=row.given_up, label=row.kind)
        yield Figure(name="errands_late_seconds", value=float(row.late), label=row.kind)
    for name in COUNTED:
        yield Figure(name=f"{name}_total", value=tally[name])
