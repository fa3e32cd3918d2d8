"""One payment compared with what the provider shows of it, and brought into agreement on the one path there is."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.observability import logs
from chassis.refusal import PermanentFailure, RetryLater, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.payments import Compare, Compared, Finding, FindingKind
from services.payments.cards import Unknown
from services.payments.domain import Payment, decide
from services.payments.domain.comparing import Difference, differences, missing, next_comparison
from services.payments.handlers.looking import PATIENCE, known_of, sight
from services.payments.handlers.pursuing import see_through
from services.payments.store import refusals
from services.payments.work import PaymentsWork

MOST = 50  # payments, notices or errands in one ask: each may need several calls to the provider

log = logs.logger(__name__)


_APART = (FindingKind.UNKNOWN_TO_US, FindingKind.WEBHOOK_NOT_APPLIED, FindingKind.ERRAND_GIVEN_UP)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A payment, and where the provider shows something else."""

    payment: Payment
    differences: Sequence[Difference]

    @property
    def keys(self) -> set[tuple[str, str]]:
        """What tells one difference from another."""
        return {(each.kind, each.object_id) for each in self.differences}


def compare(payment_id: str, conversation: Conversation[PaymentsWork]) -> Comparison:
    """Look and conclude, and change nothing. Raises `Unavailable` where the provider does not answer."""
    for _ in range(PATIENCE):
        with conversation.reading() as work:
            known = known_of(payment_id, work)
        payment = known[0]
        try:
            seen = sight(payment, conversation.dependencies.cards)
        except Unknown as unknown:
            return Comparison(payment=payment, differences=(missing(payment, str(unknown)),))
        with conversation.reading() as work:
            booked = work.comparisons.booked(payment_id)
            standing = work.standings.towards(payment)
            now, again = work.now, known_of(payment_id, work)
        if known == again:
            decision = decide(payment, standing, seen, refused=refusals(known[1]), now=now)
            return Comparison(payment=payment, differences=differences(payment, standing, seen, decision, booked))
    raise Unavailable("others keep changing the payment")


def repair(payment_id: str, conversation: Conversation[PaymentsWork], *, run: str) -> tuple[Finding, ...]:
    """Compare; what differs goes the way of every look, and is compared again. Noted under the run."""
    before = compare(payment_id, conversation)
    after = before
    if before.differences:
        try:
            see_through(payment_id, conversation, why=f"reconciled {run}")
        except (RetryLater, PermanentFailure, Unknown) as problem:
            log.warning("reconciliation_stuck", payment_id=payment_id, why=str(problem))
        after = compare(payment_id, conversation)
    gone = [_found(before.payment, each, repaired=True) for each in before.differences if _key(each) not in after.keys]
    left = [_found(after.payment, each) for each in after.differences]
    with conversation.transaction() as work:
        _noted(after.payment, (*gone, *left), work, run=run)
    return (*gone, *left)


def dry(payment_id: str, conversation: Conversation[PaymentsWork]) -> tuple[Finding, ...]:
    """Compare, and that is all."""
    found = compare(payment_id, conversation)
    return tuple(_found(found.payment, each) for each in found.differences)


def named(command: Compare) -> str:
    """The run that a command's repairs are noted under."""
    return f"command {command.run}"


def concerns(command: Compare, hotel: str, booking_id: str) -> bool:
    """Whether this is of the hotel and the booking that were asked for."""
    return command.hotel in (None, hotel) and command.booking_id in (None, booking_id)


def keep(command: Compare, conversation: Conversation[PaymentsWork], compared: Compared) -> Compared:
    """Of a run that repairs, note what is no payment's own difference; those are noted with their payment."""
    findings = [finding for finding in compared.findings if finding.kind in _APART]
    if command.repair and findings:
        with conversation.transaction() as work:
            for finding in findings:
                work.findings.resolve_object(finding.object_id, at=work.now)
                told(finding)
            work.findings.note(named(command), findings, looked=0, at=work.now)
    return compared


def _noted(payment: Payment, findings: Sequence[Finding], work: PaymentsWork, *, run: str) -> None:
    work.findings.resolve(payment.id, [each for each in findings if not each.repaired], at=work.now)
    work.findings.note(run, findings, looked=1, at=work.now)
    changed_at = work.comparisons.changed_at(payment.id)
    every = work.dependencies.compare_every
    work.comparisons.again_at(payment.id, next_comparison(payment, changed_at=changed_at, now=work.now, every=every))
    for finding in findings:
        told(finding)


def told(finding: Finding) -> None:
    """One stable line for each difference."""
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


def _key(difference: Difference) -> tuple[str, str]:
    return difference.kind, difference.object_id


def _found(payment: Payment, difference: Difference, *, repaired: bool = False) -> Finding:
    return Finding(
        kind=difference.kind,
        object_id=difference.object_id,
        ours=difference.ours,
        theirs=difference.theirs,
        payment_id=payment.id,
        booking_id=payment.booking_id,
        hotel=payment.hotel,
        repaired=repaired,
    )
