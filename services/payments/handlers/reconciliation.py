"""Reconciliation with the provider: periodically, and page by page for an operator."""

from collections.abc import Callable, Sequence
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
from services.payments.domain.jobs import ReturnUnrequestedMoney
from services.payments.steps.reconciliation.payment import reconcile_payments, repair
from services.payments.steps.reconciliation.provider_lists import reconcile_list, return_recent
from services.payments.steps.reconciliation.run import each_read, record_object_findings, run_name
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

    A payment that could not be read at the provider is due again when its lease expires.
    """
    with conversation.transaction() as work:
        payments = work.reconciliation.claim(work.now, limit=PAGE_SIZE, lease=LEASE)
        run = f"clock {work.now:%Y-%m-%dT%H}"
        period = int(work.now.timestamp() // work.dependencies.compare_every.total_seconds())
        work.enqueue(ReturnUnrequestedMoney(run=run), key=f"unrequested:{period}")
    each_read(payments, lambda payment: repair(payment, conversation, run=run))
    return False


def return_unrequested_money(
    payloads: Sequence[ReturnUnrequestedMoney], conversation: Conversation[PaymentsWork]
) -> list[None]:
    """Search the provider's payments since the last search; return and record unrequested money.

    Raises `Unavailable`.
    """
    for payload in payloads:
        for finding in return_recent(conversation):
            record_object_findings([finding], conversation, run=payload.run)
    return [None] * len(payloads)


def reconcile_page(command: Reconcile, conversation: Conversation[PaymentsWork]) -> ReconciledPage:
    """Reconcile one page of the command's `part`. A list that cannot be read ends with a page that counts as unread."""
    try:
        page = _PARTS[command.part](command, conversation)
    except Unavailable as unknown:
        log.info("reconciliation_waits", part=command.part, why=str(unknown))
        return ReconciledPage(looked=0, unread=1)
    if command.repair:
        record_object_findings(page.findings, conversation, run=run_name(command))
    return page


def get_reconciliation(_: GetReconciliation, work: PaymentsWork) -> Reconciliation:
    """The figures of the periodic reconciliation."""
    return work.reconciliation.state(work.now)
