"""The provider's notices as an operator sees them: listed, shown, replayed where parked, or let rest."""

from chassis.refusal import Refusal
from contracts.payments import (
    DismissWebhook,
    GetWebhook,
    ListWebhooks,
    ReplayWebhook,
    StoredWebhook,
    WebhookPage,
)
from services.payments.domain.owed import ApplyWebhook
from services.payments.store import Kept, Outcome
from services.payments.work import PaymentsWork

MOST = 500


def list_webhooks(query: ListWebhooks, work: PaymentsWork) -> WebhookPage:
    """A page of them."""
    limit = max(1, min(query.limit, MOST))
    found = work.webhooks.page(query.outcomes, after=query.after, limit=limit)
    following = found[-1].notice.event_id if len(found) == limit else None
    return WebhookPage(webhooks=tuple(_shown(kept) for kept in found), next=following)


def get_webhook(query: GetWebhook, work: PaymentsWork) -> StoredWebhook:
    """One of them."""
    return _shown(_there(work.webhooks.get(query.event_id)))


def replay_webhook(command: ReplayWebhook, work: PaymentsWork) -> StoredWebhook:
    """Owe its application anew. The row is locked: of two who ask at once, one owes it."""
    kept = _there(work.webhooks.lock(command.event_id))
    if kept.outcome is Outcome.STORED:
        return _shown(kept)
    _parked(kept)
    work.webhooks.settle(command.event_id, Outcome.STORED)
    work.enqueue(ApplyWebhook(event_id=command.event_id), key=f"webhook:{command.event_id}:{work.now.isoformat()}")
    return _shown(_there(work.webhooks.get(command.event_id)))


def dismiss_webhook(command: DismissWebhook, work: PaymentsWork) -> StoredWebhook:
    """Keep it, with its reason, as one that does not concern us."""
    kept = _there(work.webhooks.lock(command.event_id))
    _parked(kept)
    work.webhooks.settle(command.event_id, Outcome.IGNORED, kept.reason)
    return _shown(_there(work.webhooks.get(command.event_id)))


def _there(kept: Kept | None) -> Kept:
    if kept is None:
        raise Refusal("NOT_FOUND", "There is no such notice.")
    return kept


def _parked(kept: Kept) -> None:
    if kept.outcome is not Outcome.PARKED:
        raise Refusal("NOT_PARKED", f"This notice is not parked: {kept.outcome.lower()}.")


def _shown(kept: Kept) -> StoredWebhook:
    return StoredWebhook(
        event_id=kept.notice.event_id,
        type=kept.notice.type,
        created=kept.notice.created,
        outcome=kept.outcome,
        reason=kept.reason,
        received_at=kept.received_at,
        settled_at=kept.settled_at,
        object_id=kept.notice.object_id,
        payment_id=kept.notice.payment_id,
        session_id=kept.notice.session_id,
        intent_id=kept.notice.intent_id,
    )
