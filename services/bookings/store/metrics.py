"""What operators should see of bookings: deadlines that have passed unnoticed, and decisions that wait."""

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from contracts.bookings import BookingStatus
from contracts.operations import Metric
from services.bookings.store.tables import BOOKING
from services.bookings.work import BookingsWork

TWO_TICKS = timedelta(seconds=30)
SOON = timedelta(minutes=10)

_WAITS = BOOKING.c.status == BookingStatus.PENDING_APPROVAL
_COUNTED = sa.select(
    sa.func.count().filter(BOOKING.c.due_at < sa.bindparam("late")).label("late"),
    sa.func.count().filter(_WAITS).label("waiting"),
    sa.func.count().filter(_WAITS & (BOOKING.c.approval_deadline_at < sa.bindparam("soon"))).label("near"),
).where(BOOKING.c.due_at.is_not(None))
_STALE = sa.select(sa.func.count()).where(BOOKING.c.action_due_at < sa.func.now() - TWO_TICKS)


def metrics(work: BookingsWork) -> Iterator[Metric]:
    """Two statements, each on an index of what is live."""
    row = work.connection.execute(_COUNTED, {"late": work.now - TWO_TICKS, "soon": work.now + SOON}).one()
    yield Metric(name="deadlines_late", value=row.late)
    yield Metric(name="approvals_waiting", value=row.waiting)
    yield Metric(name="approvals_near_deadline", value=row.near)
    yield Metric(name="actions_stale", value=work.connection.execute(_STALE).scalar_one())
