"""Webhook events that a look has applied: they are marked just before the commit, and their jobs end."""

from collections.abc import Sequence

from chassis.transactions.records import WriteLate
from services.payments.store.webhooks import job_key

APPLY = """
UPDATE webhook SET outcome = 'APPLIED', reason = '', payment_id = :applied_payment_id, settled_at = now()
WHERE event_id = ANY(ARRAY(
    SELECT event_id FROM webhook WHERE event_id = ANY(:applied_event_ids) AND outcome IN ('STORED', 'PARKED')
    ORDER BY event_id FOR UPDATE
)) AND {after}
"""
# The job of an event that is applied with others is done with them. A job that somebody has locked ends by itself: its
# event is not stored any more. So does a job that a replay enqueued, which has another key.
END_JOBS = """
UPDATE job SET done_at = now(), last_error = '' WHERE position = ANY(ARRAY(
    SELECT position FROM job WHERE key = ANY(:applied_job_keys) AND done_at IS NULL AND gave_up_at IS NULL
    FOR UPDATE SKIP LOCKED
)) AND {after}
"""


class SqlAppliedWebhooks:
    """Marks events as applied, once in a transaction."""

    def __init__(self, write_late: WriteLate) -> None:
        self._write_late = write_late

    def mark(self, event_id: str, *, with_it: Sequence[str], payment_id: str) -> None:
        """Mark an event and those applied with it as applied to the payment, and the jobs of the latter as done.

        The job of the event itself is that of the caller, who ends it.
        """
        self._write_late(APPLY, {"applied_event_ids": [event_id, *with_it], "applied_payment_id": payment_id})
        if with_it:
            self._write_late(END_JOBS, {"applied_job_keys": [job_key(other) for other in with_it]})
