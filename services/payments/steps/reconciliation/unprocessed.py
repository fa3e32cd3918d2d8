"""Reports unprocessed work: webhook events that are not applied, and jobs that were given up."""

from dataclasses import replace

from chassis.refusal import PermanentFailure, RetryLater, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.payments.reconciliation import FindingKind, Reconcile, ReconciledPage, ReconciliationFinding
from services.payments.domain.payment import PaymentKey
from services.payments.domain.webhook import ReceivedWebhook, WebhookOutcome
from services.payments.steps import webhook_application
from services.payments.steps.convergence import converge
from services.payments.steps.reconciliation.run import in_scope, page_limit
from services.payments.work import PaymentsWork


def reconcile_webhooks(command: Reconcile, conversation: Conversation[PaymentsWork]) -> ReconciledPage:
    """A page of webhook events that are not applied, except those that have only just arrived."""
    limit = page_limit(command)
    with conversation.reading() as work:
        page = work.webhooks.page((WebhookOutcome.STORED, WebhookOutcome.PARKED), after=command.after, limit=limit)
    findings = []
    for webhook in page:
        finding = _webhook_finding(webhook, conversation)
        is_late = webhook.outcome is WebhookOutcome.PARKED or not webhook.may_be_early
        is_recent = command.since is None or webhook.received_at >= command.since
        if is_late and is_recent and in_scope(command, finding.hotel, finding.booking_id):
            findings.append(_apply(finding, conversation) if command.repair else finding)
    following = page[-1].event_id if len(page) == limit else None
    return ReconciledPage(looked=len(page), findings=tuple(findings), next=following)


def _webhook_finding(webhook: ReceivedWebhook, conversation: Conversation[PaymentsWork]) -> ReconciliationFinding:
    with conversation.reading() as work:
        payment = work.payments.find(webhook.payment_id) if webhook.payment_id else None
    return ReconciliationFinding(
        kind=FindingKind.WEBHOOK_NOT_APPLIED,
        object_id=webhook.event_id,
        ours=f"{webhook.outcome.lower()} {webhook.reason}".strip(),
        theirs=f"{webhook.type} {webhook.object_id}",
        payment_id=webhook.payment_id or "",
        booking_id=payment.booking_id if payment else "",
        hotel=payment.hotel if payment else "",
    )


def _apply(finding: ReconciliationFinding, conversation: Conversation[PaymentsWork]) -> ReconciliationFinding:
    try:
        webhook_application.apply(finding.object_id, conversation, finish=lambda _: None)
    except (PermanentFailure, RetryLater, Unavailable):
        return finding
    return replace(finding, repaired=True)


def reconcile_jobs(command: Reconcile, conversation: Conversation[PaymentsWork]) -> ReconciledPage:
    """A page of the convergence jobs that were given up."""
    limit = page_limit(command)
    with conversation.reading() as work:
        rows = work.reconciliation.jobs_given_up(after=int(command.after or 0), limit=limit)
    findings = []
    for row in rows:
        finding = ReconciliationFinding(
            kind=FindingKind.JOB_GIVEN_UP,
            object_id=row["key"],
            ours=row["last_error"],
            theirs="",
            payment_id=row["id"],
            booking_id=row["booking_id"],
            hotel=row["hotel"],
        )
        if in_scope(command, finding.hotel, finding.booking_id):
            findings.append(_converge(finding, row["position"], conversation) if command.repair else finding)
    following = str(rows[-1]["position"]) if len(rows) == limit else None
    return ReconciledPage(looked=len(rows), findings=tuple(findings), next=following)


def _converge(
    finding: ReconciliationFinding, position: int, conversation: Conversation[PaymentsWork]
) -> ReconciliationFinding:
    try:
        converge(PaymentKey(finding.hotel, finding.payment_id), conversation, why="reconciled")
    except (RetryLater, PermanentFailure):
        return finding
    with conversation.transaction() as work:
        work.reconciliation.mark_job_done(position)
    return replace(finding, repaired=True)
