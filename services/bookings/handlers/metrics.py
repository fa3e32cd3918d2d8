"""Metrics of bookings: overdue deadlines, approvals that wait, and stale two-step actions."""

from collections.abc import Iterator

from contracts.operations import Metric
from services.bookings.work import BookingsWork


def metrics(work: BookingsWork) -> Iterator[Metric]:
    """The values of the metrics at the time of the transaction."""
    numbers = work.metrics.read(work.now)
    yield Metric(name="deadlines_late", value=numbers.deadlines_late)
    yield Metric(name="approvals_waiting", value=numbers.approvals_waiting)
    yield Metric(name="approvals_near_deadline", value=numbers.approvals_near_deadline)
    yield Metric(name="actions_stale", value=numbers.actions_stale)
