"""Compares one payment with the provider, and repairs the differences by convergence."""

from dataclasses import replace

from chassis.observability import logs
from chassis.refusal import PermanentFailure, RetryLater, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.payments.reconciliation import Reconcile, ReconciledPage, ReconciliationFinding
from services.payments.cards import UnknownObject
from services.payments.domain.decide import decide
from services.payments.domain.payment import Payment, PaymentKey
from services.payments.domain.provider_call import refusals
from services.payments.domain.reconciliation import differences, missing
from services.payments.steps.convergence import converge
from services.payments.steps.look import take_snapshot
from services.payments.steps.reconciliation.run import each_read, page_limit, record_payment_findings, run_name
from services.payments.steps.sync import MAX_ATTEMPTS, recorded_state
from services.payments.work import PaymentsWork

log = logs.logger(__name__)


def compare(
    key: PaymentKey, conversation: Conversation[PaymentsWork]
) -> tuple[Payment, tuple[ReconciliationFinding, ...]]:
    """Read the payment at the provider; returns the payment and its differences. Changes nothing.

    Raises `Unavailable` where the provider does not answer, or where other processes keep changing the payment.
    """
    for _ in range(MAX_ATTEMPTS):
        before = recorded_state(key, conversation)
        payment = before.payment
        try:
            snapshot = take_snapshot(payment, conversation.dependencies.cards)
        except UnknownObject as unknown:
            return payment, (missing(payment, str(unknown)),)
        with conversation.reading() as work:
            ledger = work.ledger.amounts(key)
        after = recorded_state(key, conversation)
        if not before.differs(after):
            refused = refusals(after.calls)
            decision = decide(payment, after.desired, snapshot, refused=refused, now=after.read_at)
            return payment, tuple(differences(payment, after.desired, snapshot, decision, ledger))
    raise Unavailable("others keep changing the payment")


def repair(key: PaymentKey, conversation: Conversation[PaymentsWork], *, run: str) -> tuple[ReconciliationFinding, ...]:
    """Compare the payment; if anything differs, converge and compare again. Returns and records the findings."""
    payment, before = compare(key, conversation)
    after = before
    if before:
        try:
            converge(key, conversation, why=f"reconciled {run}")
        except (RetryLater, PermanentFailure, UnknownObject) as problem:
            log.warning("reconciliation_stuck", payment_id=key.id, why=str(problem))
        payment, after = compare(key, conversation)
    left = {(each.kind, each.object_id) for each in after}
    repaired = [replace(each, repaired=True) for each in before if (each.kind, each.object_id) not in left]
    findings = (*repaired, *after)
    with conversation.transaction() as work:
        record_payment_findings(payment, findings, work, run=run)
    return findings


def findings_of(
    command: Reconcile, key: PaymentKey, conversation: Conversation[PaymentsWork]
) -> tuple[ReconciliationFinding, ...]:
    """The payment's findings. If the command has `repair`, the findings are also repaired and recorded."""
    if command.repair:
        return repair(key, conversation, run=run_name(command))
    _, findings = compare(key, conversation)
    return findings


def reconcile_payments(command: Reconcile, conversation: Conversation[PaymentsWork]) -> ReconciledPage:
    """Compare a page of our payments with the provider. The first page also has the number of all payments.

    A payment that could not be read is counted and left for the next run.
    """
    limit = page_limit(command)
    with conversation.reading() as work:
        keys = work.reconciliation.page(command, limit=limit)
        total = None if command.after else work.reconciliation.count(command)
    compared = each_read(keys, lambda key: findings_of(command, key, conversation))
    return ReconciledPage(
        looked=len(compared),
        findings=tuple(finding for findings in compared for finding in findings),
        next=keys[-1].id if len(keys) == limit else None,
        total=total,
        unread=len(keys) - len(compared),
    )
