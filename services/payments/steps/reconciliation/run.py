"""A reconciliation run: its name, its scope, and the recording of its findings."""

from collections.abc import Sequence

from chassis.observability import logs
from chassis.transactions.conversation import Conversation
from contracts.payments.reconciliation import FindingKind, Reconcile, ReconciledPage, ReconciliationFinding
from services.payments.domain.payment import Payment
from services.payments.domain.reconciliation import next_comparison
from services.payments.work import PaymentsWork

MAX_LIMIT = 50  # payments, webhook events or jobs on a page: each may need several calls to the provider

# Findings about an object and not about one of our payments.
_OBJECT_KINDS = (FindingKind.UNKNOWN_TO_US, FindingKind.WEBHOOK_NOT_APPLIED, FindingKind.JOB_GIVEN_UP)

log = logs.logger(__name__)


def run_name(command: Reconcile) -> str:
    """The name of the run under which the command's findings are recorded."""
    return f"command {command.run}"


def page_limit(command: Reconcile) -> int:
    """The number of objects on the command's page: the command's `limit`, within the allowed range."""
    return max(1, min(command.limit, MAX_LIMIT))


def in_scope(command: Reconcile, hotel: str, booking_id: str) -> bool:
    """Whether the command covers this hotel and booking."""
    return command.hotel in (None, hotel) and command.booking_id in (None, booking_id)


def record_payment_findings(
    payment: Payment, findings: Sequence[ReconciliationFinding], work: PaymentsWork, *, run: str
) -> None:
    """Record a comparison of a payment: resolve its open findings, add these findings, schedule the next comparison.

    An open finding stays open if it is among `findings` and is not repaired.
    """
    work.reconciliation.resolve(payment.id, [finding for finding in findings if not finding.repaired], at=work.now)
    work.reconciliation.add(run, findings, looked=1, at=work.now)
    changed_at = work.reconciliation.changed_at(payment.id)
    every = work.dependencies.compare_every
    work.reconciliation.schedule(payment.id, next_comparison(payment, changed_at=changed_at, now=work.now, every=every))
    for finding in findings:
        _log(finding)


def record_object_findings(command: Reconcile, conversation: Conversation[PaymentsWork], page: ReconciledPage) -> None:
    """If the command has `repair`, record the page's findings about objects."""
    findings = [finding for finding in page.findings if finding.kind in _OBJECT_KINDS]
    if command.repair and findings:
        with conversation.transaction() as work:
            for finding in findings:
                work.reconciliation.resolve_object(finding.object_id, at=work.now)
                _log(finding)
            work.reconciliation.add(run_name(command), findings, looked=0, at=work.now)


def _log(finding: ReconciliationFinding) -> None:
    log.warning(
        "reconciliation_found",
        kind=finding.kind,
        object_id=finding.object_id,
        payment_id=finding.payment_id,
        booking_id=finding.booking_id,
        ours=finding.ours,
        theirs=finding.theirs,
        repaired=finding.repaired,
    )
