"""What was left lying: notices that were not applied, and errands that were given up."""

from dataclasses import replace

from chassis.refusal import PermanentFailure, RetryLater
from chassis.transactions.conversation import Conversation
from contracts.payments import Compare, Compared, Finding, FindingKind
from services.payments.domain.owed import ExpireSession, Pursue
from services.payments.handlers import webhooks
from services.payments.handlers.comparing import MOST, concerns, keep
from services.payments.handlers.pursuing import see_through
from services.payments.store import Kept, Outcome
from services.payments.work import PaymentsWork

SEEN_THROUGH = (Pursue.__name__, ExpireSession.__name__)


def compare_notices(command: Compare, conversation: Conversation[PaymentsWork]) -> Compared:
    """A page of notices that are stored and not applied, but for those that have only just come."""
    limit = max(1, min(command.limit, MOST))
    with conversation.reading() as work:
        page = work.webhooks.page((Outcome.STORED, Outcome.PARKED), after=command.after, limit=limit)
    found = []
    for kept in page:
        with conversation.reading() as work:
            payment = work.payments.get(kept.notice.payment_id) if kept.notice.payment_id else None
        late = kept.outcome is Outcome.PARKED or kept.waited > webhooks.MAY_BE_EARLY
        hotel, booking_id = (payment.hotel, payment.booking_id) if payment else ("", "")
        recent = command.since is None or kept.received_at >= command.since
        if late and recent and concerns(command, hotel, booking_id):
            finding = _waiting(kept, hotel, booking_id)
            found.append(_applied(finding, conversation) if command.repair else finding)
    following = page[-1].notice.event_id if len(page) == limit else None
    return keep(command, conversation, Compared(looked=len(page), findings=tuple(found), next=following))


def _waiting(kept: Kept, hotel: str, booking_id: str) -> Finding:
    return Finding(
        kind=FindingKind.WEBHOOK_NOT_APPLIED,
        object_id=kept.notice.event_id,
        ours=f"{kept.outcome.lower()} {kept.reason}".strip(),
        theirs=f"{kept.notice.type} {kept.notice.object_id}",
        payment_id=kept.notice.payment_id or "",
        booking_id=booking_id,
        hotel=hotel,
    )


def _applied(finding: Finding, conversation: Conversation[PaymentsWork]) -> Finding:
    try:
        payment_id = webhooks.apply(finding.object_id, conversation)
    except (PermanentFailure, RetryLater):
        return finding
    with conversation.transaction() as work:
        work.webhooks.settle(finding.object_id, Outcome.APPLIED, payment_id=payment_id)
    return replace(finding, repaired=True)


def compare_errands(command: Compare, conversation: Conversation[PaymentsWork]) -> Compared:
    """A page of calls to the provider that were given up."""
    limit = max(1, min(command.limit, MOST))
    with conversation.reading() as work:
        rows = work.comparisons.given_up(SEEN_THROUGH, after=int(command.after or 0), limit=limit)
    found = []
    for row in rows:
        finding = Finding(
            kind=FindingKind.ERRAND_GIVEN_UP,
            object_id=row["key"],
            ours=row["last_error"],
            theirs="",
            payment_id=row["id"],
            booking_id=row["booking_id"],
            hotel=row["hotel"],
        )
        if concerns(command, finding.hotel, finding.booking_id):
            found.append(_run_after_all(finding, row["position"], conversation) if command.repair else finding)
    following = str(rows[-1]["position"]) if len(rows) == limit else None
    return keep(command, conversation, Compared(looked=len(rows), findings=tuple(found), next=following))


def _run_after_all(finding: Finding, position: int, conversation: Conversation[PaymentsWork]) -> Finding:
    try:
        see_through(finding.payment_id, conversation, why="reconciled")
    except (RetryLater, PermanentFailure):
        return finding
    with conversation.transaction() as work:
        work.comparisons.done_after_all(position)
    return replace(finding, repaired=True)
