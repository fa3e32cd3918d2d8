"""Reconciliation with the provider: periodically, and page by page for an operator."""

from collections.abc import Callable
from datetime import timedelta

from chassis.observability import logs
from chassis.refusal import Unavailable
from chassis.transactions.conversation import Conversation
from contracts.payments.reconciliation import (
    GetReconciliation,
    Reconcile,
    ReconciledPage,
    Reconciliation,
    ReconciliationPart,
)
from services.payments.steps.reconciliation.payment import reconcile_payments, repair
from services.payments.steps.reconciliation.provider_lists import reconcile_list
from services.payments.steps.reconciliation.run import record_object_findings
from services.payments.steps.reconciliation.unprocessed import reconcile_jobs, reconcile_webhooks
from services.payments.work import PaymentsWork

TICK_SECONDS, PAGE_SIZE, LEASE = 10.0, 10, timedelta(minutes=5)

_PARTS: dict[ReconciliationPart, Callable[[Reconcile, Conversation[PaymentsWork]], ReconciledPage]] = {
    ReconciliationPart.PAYMENTS: reconcile_payments,
    ReconciliationPart.SESSIONS: reconcile_list,
    ReconciliationPart.INTENTS: reconcile_list,
    ReconciliationPart.REFUNDS: reconcile_list,
    ReconciliationPart.DISPUTES: reconcile_list,
    ReconciliationPart.WEBHOOKS: reconcile_webhooks,
    ReconciliationPart.JOBS: reconcile_jobs,
}

log = logs.logger(__name__)


def reconcile_due(conversation: Conversation[PaymentsWork]) -> bool:
    """Reconcile the next due payments. Their number is limited, so that one tick makes only few calls to the provider.

    Where the provider does not answer, the payments that are left are due again when their lease expires.
    """
    with conversation.transaction() as work:
        payment_ids = work.reconciliation.claim(work.now, limit=PAGE_SIZE, lease=LEASE)
        run = f"clock {work.now:%Y-%m-%dT%H}"
    for payment_id in payment_ids:
        try:
            repair(payment_id, conversation, run=run)
        except Unavailable as silence:
            log.info("reconciliation_waits", why=str(silence))
            break
    return False


def reconcile_page(command: Reconcile, conversation: Conversation[PaymentsWork]) -> ReconciledPage:
    """Reconcile one page of the list that `part` names. Raises `Unavailable` where the provider does not answer."""
    page = _PARTS[command.part](command, conversation)
    record_object_findings(command, conversation, page)
    return page


def get_reconciliation(_: GetReconciliation, work: PaymentsWork) -> Reconciliation:
    """The figures of the periodic reconciliation."""
    return work.reconciliation.state(work.now)
