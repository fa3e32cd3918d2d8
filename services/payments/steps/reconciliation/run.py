"""A reconciliation run: its name, its scope, and the recording of its findings."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from chassis.observability import logs
from chassis.refusal import Unavailable
from chassis.transactions.conversation import Conversation
from contracts.payments.reconciliation import Reconcile, ReconciliationFinding
from services.payments.domain.payment import Payment
from services.payments.domain.reconciliation import next_comparison
from services.payments.work import PaymentsWork

MAX_LIMIT = 50  # payments, webhook events or jobs on a page: each may need several calls to the provider

# Reads of one page that may fail before the rest of the page is left unread: a provider that is down stays down.
MAX_FAILED_READS = 2


class HasId(Protocol):
    """A payment's key, or an object of the provider."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=HasId)
R = TypeVar("R")

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


def each_read(objects: Sequence[T], compare: Callable[[T], R]) -> list[R]:
    """The comparisons of the payments or objects of the provider that could be read at the provider.

    A payment whose read fails is left out, because nothing is known of the payment. After `MAX_FAILED_READS` failed
    reads, the remaining payments are left out, too.
    """
    compared: list[R] = []
    failed = 0
    for each in objects:
        if failed == MAX_FAILED_READS:
            break
        try:
            compared.append(compare(each))
        except Unavailable as unknown:
            failed += 1
            log.info("reconciliation_waits", payment_id=each.id, why=str(unknown))
    return compared


def record_payment_findings(
    payment: Payment, findings: Sequence[ReconciliationFinding], work: PaymentsWork, *, run: str
) -> None:
    """Record a payment's comparison: resolve its open findings, add `findings`, and schedule the next comparison.

    An open finding stays open if it is among `findings` and is not repaired.
    """
    work.reconciliation.resolve(payment.key, [finding for finding in findings if not finding.repaired], at=work.now)
    work.reconciliation.add(run, findings, looked=1, at=work.now)
    changed_at = work.reconciliation.changed_at(payment.key)
    every = work.dependencies.compare_every
    next_at = next_comparison(payment, changed_at=changed_at, now=work.now, every=every)
    work.reconciliation.schedule(payment.key, next_at)
    for finding in findings:
        _log(finding)


def record_object_findings(
    findings: Iterable[ReconciliationFinding], conversation: Conversation[PaymentsWork], *, run: str
) -> None:
    """Record those of the findings that are about objects; `record_payment_findings` records the others."""
    of_objects = [finding for finding in findings if not finding.kind.is_of_a_payment]
    if not of_objects:
        return
    with conversation.transaction() as work:
        for finding in of_objects:
            work.reconciliation.resolve_object(finding.object_id, at=work.now)
            _log(finding)
        work.reconciliation.add(run, of_objects, looked=0, at=work.now)


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
