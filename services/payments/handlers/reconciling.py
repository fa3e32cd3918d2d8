"""All that we know compared with all that the provider shows: regularly by the clock, and in pages for an operator."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from chassis.observability import logs
from chassis.refusal import Unavailable
from chassis.transactions.conversation import Conversation
from contracts.payments import Compare, Compared, Finding, GetReconciliation, Part, Reconciliation
from services.payments.handlers.comparing import MOST, dry, named, repair
from services.payments.handlers.leftovers import SEEN_THROUGH, compare_errands, compare_notices
from services.payments.handlers.sweeping import compare_list
from services.payments.work import PaymentsWork

A_TICK, PAGE, LEASE = 10.0, 10, timedelta(minutes=5)
LATE = timedelta(minutes=10)

log = logs.logger(__name__)


def compare_due(conversation: Conversation[PaymentsWork]) -> bool:
    """By the clock: compare a page of what is due, so that the provider gets so many calls a tick and no more.

    What could not be compared comes back when the lease has run out.
    """
    with conversation.transaction() as work:
        payment_ids = work.comparisons.claim(work.now, limit=PAGE, lease=LEASE)
        run = f"clock {work.now:%Y-%m-%dT%H}"
    for payment_id in payment_ids:
        try:
            repair(payment_id, conversation, run=run)
        except Unavailable as silence:
            log.info("reconciliation_waits", why=str(silence))
            break
    return False


def compare_page(command: Compare, conversation: Conversation[PaymentsWork]) -> Compared:
    """A page of what an operator wants compared. Raises `Unavailable` where the provider does not answer."""
    return _PARTS[command.part](command, conversation)


def get_reconciliation(_: GetReconciliation, work: PaymentsWork) -> Reconciliation:
    """How it stands."""
    metrics = work.findings.metrics(work.now, late=LATE, kinds=SEEN_THROUGH)
    waited = metrics["oldest_webhook_seconds"]
    return Reconciliation(
        looked=int(metrics["looked"]),
        found=int(metrics["found"]),
        repaired=int(metrics["repaired"]),
        overdue=metrics["overdue"],
        webhooks_waiting=metrics["webhooks_waiting"],
        webhooks_parked=metrics["webhooks_parked"],
        errands_given_up=metrics["errands_given_up"],
        last_at=metrics["last_at"],
        oldest_webhook_seconds=None if waited is None else float(waited),
        open=work.findings.open(),
    )


def _payments(command: Compare, conversation: Conversation[PaymentsWork]) -> Compared:
    chosen: dict[str, Any] = {"hotel": command.hotel, "booking_id": command.booking_id, "since": command.since}
    limit = max(1, min(command.limit, MOST))
    with conversation.reading() as work:
        payment_ids = work.comparisons.page(**chosen, after=command.after, limit=limit)
        total = None if command.after else work.comparisons.count(**chosen)
    found: list[Finding] = []
    for payment_id in payment_ids:
        found += (
            repair(payment_id, conversation, run=named(command)) if command.repair else dry(payment_id, conversation)
        )
    following = payment_ids[-1] if len(payment_ids) == limit else None
    return Compared(looked=len(payment_ids), findings=tuple(found), next=following, total=total)


_PARTS: dict[Part, Callable[[Compare, Conversation[PaymentsWork]], Compared]] = {
    Part.PAYMENTS: _payments,
    Part.SESSIONS: compare_list,
    Part.INTENTS: compare_list,
    Part.REFUNDS: compare_list,
    Part.DISPUTES: compare_list,
    Part.WEBHOOKS: compare_notices,
    Part.ERRANDS: compare_errands,
}
