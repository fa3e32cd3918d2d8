"""The metrics of the bookings service, counted by PostgreSQL."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from chassis.transactions.store import SqlStore
from contracts.bookings.status import BookingStatus
from contracts.operations import Metric
from services.bookings.store.tables import BOOKING

TWO_TICKS = timedelta(seconds=30)
SOON = timedelta(minutes=10)

_WAITS = BOOKING.c.status == BookingStatus.PENDING_APPROVAL
_COUNTED = sa.select(
    sa.func.count().filter(BOOKING.c.due_at < sa.bindparam("late")).label("late"),
    sa.func.count().filter(_WAITS).label("waiting"),
    sa.func.count().filter(_WAITS & (BOOKING.c.approval_deadline_at < sa.bindparam("soon"))).label("near"),
).where(BOOKING.c.due_at.is_not(None))
_WAITING_CHANGES = sa.select(
    sa.func.count()
    .filter(BOOKING.c.pending.is_(None) & (BOOKING.c.change_due_at < sa.bindparam("late")))
    .label("late"),
    sa.func.count().label("waiting"),
).where(BOOKING.c.change_due_at.is_not(None))
_STALE = sa.select(sa.func.count()).where(BOOKING.c.action_due_at < sa.func.now() - TWO_TICKS)


class SqlMetrics(SqlStore):
    """Counts over every booking: overdue deadlines, waiting approvals and changes, and stale two-step actions."""

    def read(self, now: datetime) -> Iterator[Metric]:
        """The metrics at the time `now`. They are read by three statements, each on a partial index."""
        changes = self._connection.execute(_WAITING_CHANGES, {"late": now - TWO_TICKS}).one()
        row = self._connection.execute(_COUNTED, {"late": now - TWO_TICKS, "soon": now + SOON}).one()
        yield Metric(name="deadlines_late", value=row.late + changes.late)
        yield Metric(name="approvals_waiting", value=row.waiting)
        yield Metric(name="approvals_near_deadline", value=row.near)
        yield Metric(name="changes_waiting", value=changes.waiting)
        yield Metric(name="actions_stale", value=self._connection.execute(_STALE).scalar_one())
