"""The provider's notices: verified and stored at once, applied from the store."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from chassis.observability import logs
from chassis.refusal import PermanentFailure, Refusal, RetryLater
from chassis.transactions.conversation import Conversation
from contracts.payments import StoreWebhook, WebhookStored
from services.payments.cards import InvalidNotice, Unknown
from services.payments.domain.owed import ApplyWebhook
from services.payments.handlers.looking import Clue, look
from services.payments.store import Kept, Outcome
from services.payments.work import PaymentsWork

# Any other type is stored and ignored. How a dispute ended moves no booking: it is looked at for the ledger's sake.
APPLIED = frozenset({
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "charge.refunded",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.closed",
})  # fmt: skip

MAY_BE_EARLY = timedelta(minutes=5)

log = logs.logger(__name__)


def store_webhook(command: StoreWebhook, work: PaymentsWork) -> WebhookStored:
    """Keep a notice that the provider has signed. Refused `INVALID_WEBHOOK`."""
    try:
        notice = work.dependencies.cards.notice(command.body, command.signature)
    except InvalidNotice as invalid:
        raise Refusal("INVALID_WEBHOOK", "The signature or the body is not the provider's.") from invalid
    concerns = notice.type in APPLIED
    fresh = work.webhooks.store(notice, Outcome.STORED if concerns else Outcome.IGNORED)
    if fresh and concerns:
        work.enqueue(ApplyWebhook(event_id=notice.event_id), key=f"webhook:{notice.event_id}")
    return WebhookStored(already_processed=not fresh)


def apply_webhooks(payloads: Sequence[ApplyWebhook], conversation: Conversation[PaymentsWork]) -> list[Any]:
    """Errand: bring the payment that each notice is about up to what the provider shows; its id."""
    return [apply(payload.event_id, conversation) for payload in payloads]


def applied(payload: ApplyWebhook, payment_id: str, work: PaymentsWork) -> None:
    """The notice is done with."""
    work.webhooks.settle(payload.event_id, Outcome.APPLIED, payment_id=payment_id)


def parked(payload: ApplyWebhook, why: str, work: PaymentsWork) -> None:
    """The notice could not be applied: it stays, with the reason, for people to look at."""
    log.error("webhook_parked", event_id=payload.event_id, why=why)
    work.webhooks.settle(payload.event_id, Outcome.PARKED, why)


def apply(event_id: str, conversation: Conversation[PaymentsWork]) -> str:
    """Bring the payment that the notice is about up to what the provider shows; its id.

    Raises `Hopeless` where there is no such payment, `Later` where it may only not be there yet, `Unavailable`.
    """
    with conversation.reading() as work:
        kept = work.webhooks.get(event_id)
    if kept is None:
        raise PermanentFailure(f"{event_id} is not in the store")
    try:
        payment_id = _owner(kept, conversation)
        clue = Clue(session_id=kept.notice.session_id, intent_id=kept.notice.intent_id)
        look(payment_id, conversation, why=f"{kept.notice.type} {event_id}", clue=clue)
    except Unknown as unknown:
        raise _early(kept, f"the provider does not know {kept.notice.object_id}: {unknown}") from unknown
    return payment_id


def _owner(kept: Kept, conversation: Conversation[PaymentsWork]) -> str:
    """The payment that a notice is about. Raises as `apply`; `Unknown` where the provider has no such object."""
    notice = kept.notice
    found = _ours(conversation, notice.payment_id, session_id=notice.session_id, intent_id=notice.intent_id)
    if found:
        return found
    named: str | None = notice.payment_id
    if notice.session_id and not named:
        raise PermanentFailure(f"{notice.session_id} is not of our making")
    if notice.intent_id and not named:
        named = conversation.dependencies.cards.intent(notice.intent_id).payment_id
        if named is None:
            raise PermanentFailure(f"{notice.intent_id} is not of our making")
        if _ours(conversation, named):
            return named
    if named is None:
        raise PermanentFailure(f"{notice.object_id} belongs to nothing of our making")
    raise _early(kept, f"no payment {named} is known, which {notice.object_id} names")


def _ours(
    conversation: Conversation[PaymentsWork],
    payment_id: str | None,
    *,
    session_id: str | None = None,
    intent_id: str | None = None,
) -> str:
    with conversation.reading() as work:
        found = work.payments.id_named(payment_id=payment_id, session_id=session_id, intent_id=intent_id)
    return str(found or "")


def _early(kept: Kept, why: str) -> Exception:
    """A notice may overtake what it is about, but not by much."""
    return RetryLater(why) if kept.waited < MAY_BE_EARLY else PermanentFailure(why)
