"""Applies a batch of events, patiently: an outage is waited out, and a batch ends at its deadline."""

import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from chassis import time_limits
from chassis.hosting.deadline import deadline
from chassis.hosting.runtime import ServiceRuntime
from chassis.messaging.acknowledgement import EventDelivery
from chassis.messaging.event_dispatcher import DispatchResult, Disposition
from chassis.observability import logs
from chassis.refusal import Unavailable
from chassis.transactions.unit_of_work import UnitOfWork, is_outage

OUTAGE_PAUSE = 0.5

log = logs.logger(__name__)


def database_answers(unit_of_work: UnitOfWork) -> bool:
    """Whether a transaction on the service's database succeeds."""
    try:
        with unit_of_work.begin() as work:
            work.connection.execute(sa.text("SELECT 1"))
    except Exception as problem:
        if not is_outage(problem):
            raise
        return False
    return True


def apply_patiently(
    runtime: ServiceRuntime, batch: Sequence[EventDelivery], is_ours: Callable[[], bool]
) -> list[DispatchResult] | None:
    """Apply the batch, and after an outage pause and try again. Returns None where the batch is given back.

    That is so when `is_ours()` is False, and when the deadline has passed. A single event that passes the deadline
    without an outage has failed.
    """
    counters = runtime.unit_of_work.counters
    outage = None
    try:
        with deadline(time_limits.BATCH, f"a batch of {len(batch)} events", counters):
            while True:
                results = _apply(runtime, batch)
                outage = next((result for result in results if result.disposition is Disposition.OUTAGE), None)
                if outage is None:
                    return results
                log.warning("waiting_out_an_outage", why=outage.why)
                time.sleep(OUTAGE_PAUSE)
                if not is_ours():
                    return None
    except Unavailable as passed:
        if outage or len(batch) > 1:
            return None
        counters["events_failed"] += 1
        return [DispatchResult(Disposition.FAILED, str(passed))]


def _apply(runtime: ServiceRuntime, batch: Sequence[EventDelivery]) -> list[DispatchResult]:
    readable = [delivery.envelope for delivery in batch if delivery.envelope]
    applied = iter(runtime.event_dispatcher.apply(readable) if readable else [])
    return [next(applied) if delivery.envelope else delivery.refused for delivery in batch]
