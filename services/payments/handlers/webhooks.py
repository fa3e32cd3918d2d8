"""The provider's notices: verified and stored at once, applied from the store."""

from collections.abc import Sequence
from typing import Any

from chassis import logs
from chassis.refusal import Hopeless, Later, Refusal
from chassis.transact import Desk
from contracts.payments import StoreWebhook, WebhookStored
from services.payments.cards import InvalidNotice, Notice
from services.payments.domain.owed import ApplyWebhook
from services.payments.handlers.looking import Clue, look
from services.payments.store import Outcome
from services.payments.work import PaymentsWork

# Any other type is stored and ignored.
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
})  # fmt: skip

UNMATCHED_WAIT = 30.0  # seconds

log = logs.logger(__name__)


def store_webhook(command: StoreWebhook, work: PaymentsWork) -> WebhookStored:
    """Keep a notice that the provider has signed. Refused `INVALID_WEBHOOK`."""
    try:
        notice = work.tools.cards.notice(command.body, command.signature)
    except InvalidNotice as invalid:
        raise Refusal("INVALID_WEBHOOK", "The signature or the body is not the provider's.") from invalid
    concerns = notice.type in APPLIED
    fresh = work.webhooks.store(notice, Outcome.STORED if concerns else Outcome.IGNORED)
    if fresh and concerns:
        work.owe(ApplyWebhook(event_id=notice.event_id), key=f"webhook:{notice.event_id}")
    return WebhookStored(already_processed=not fresh)


def apply_webhooks(payloads: Sequence[ApplyWebhook], desk: Desk) -> list[Any]:
    """Errand: bring the payment that each notice is about up to what the provider shows; its id."""
    return [_applied(payload.event_id, desk) for payload in payloads]


def applied(payload: ApplyWebhook, payment_id: str, work: PaymentsWork) -> None:
    """The notice is done with."""
    work.webhooks.settle(payload.event_id, Outcome.APPLIED, payment_id=payment_id)


def parked(payload: ApplyWebhook, why: str, work: PaymentsWork) -> None:
    """The notice could not be applied: it stays, with the reason, for people to look at."""
    log.error("webhook_parked", event_id=payload.event_id, why=why)
    work.webhooks.settle(payload.event_id, Outcome.PARKED, why)


def _applied(event_id: str, desk: Desk) -> str:
    with desk.reading() as work:
        notice = work.webhooks.get(event_id)
    payment_id = _owner(notice, desk)
    clue = Clue(session_id=notice.session_id, intent_id=notice.intent_id)
    look(payment_id, desk, why=f"{notice.type} {event_id}", clue=clue)
    return payment_id


def _owner(notice: Notice, desk: Desk) -> str:
    """The payment that a notice is about. Waits for one not known yet; hopeless where it is not ours at all."""
    with desk.reading() as work:
        found = work.payments.id_named(
            payment_id=notice.payment_id, session_id=notice.session_id, intent_id=notice.intent_id
        )
    if found:
        return str(found)
    named: str | None = notice.payment_id
    if notice.session_id and not named:
        raise Hopeless(f"{notice.session_id} is not of our making")
    if notice.intent_id and not named:
        named = desk.tools.cards.intent(notice.intent_id).payment_id
        if named is None:
            raise Hopeless(f"{notice.intent_id} is not of our making")
        with desk.reading() as work:
            if work.payments.id_named(payment_id=named, session_id=None, intent_id=None):
                return named
    raise Later(f"no payment is known to be meant by {notice.object_id}", seconds=UNMATCHED_WAIT)
