"""Syncs a payment with the provider: read, decide, record. Every change of a payment goes through a sync."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chassis.refusal import Unavailable
from chassis.transactions.conversation import Conversation
from services.payments.cards import Cards, UnknownObject
from services.payments.domain.decide import decide
from services.payments.domain.jobs import ConvergePayment
from services.payments.domain.next_action import ProviderAction
from services.payments.domain.payment import Payment, PaymentKey
from services.payments.domain.provider_call import CallState, ProviderCall, refusals
from services.payments.domain.provider_snapshot import ProviderSnapshot, SessionSnapshot, SessionState
from services.payments.work import PaymentsWork

MAX_ATTEMPTS = 5  # how often a sync starts again because the payment has changed meanwhile


@dataclass(frozen=True, kw_only=True)
class SyncResult:
    """The payment after the sync, whether the sync changed it, and the stored call to make next.

    `session_is_gone` tells that the provider no longer has the payment's checkout session.
    """

    payment: Payment
    changed: bool
    call: ProviderCall | None
    session_is_gone: bool = False


StoredState = tuple[Payment, Mapping[str, ProviderCall]]
AfterSync = Callable[[SyncResult, PaymentsWork], None]


def sync(
    key: PaymentKey,
    conversation: Conversation[PaymentsWork],
    *,
    why: str,
    created_session: str | None = None,
    enqueue: bool = True,
    after: AfterSync | None = None,
) -> SyncResult:
    """Read the provider, then decide and record in one transaction. Raises `Unavailable`.

    `created_session` is the session that our call has just created for the payment. With `enqueue`, a job makes the
    next call. `after` runs in the same transaction. The snapshot is stale if the payment, its calls or their results
    change during the read. The sync then starts again.
    """
    for _ in range(MAX_ATTEMPTS):
        with conversation.reading() as work:
            before = stored_state(key, work)
        snapshot = take_snapshot(before[0], conversation.dependencies.cards, created_session)
        with conversation.transaction() as work:
            payment = work.payments.lock(key)
            if payment and not _is_stale(before, (payment, work.provider_calls.latest(key))):
                return _record(payment, before[1], snapshot, work, why=why, enqueue=enqueue, after=after)
    raise Unavailable("others keep changing the payment")


def _is_stale(before: StoredState, now: StoredState) -> bool:
    return before != now


def stored_state(key: PaymentKey, work: PaymentsWork) -> StoredState:
    """The payment, and the last attempt at each of its calls. Raises `LookupError` for an unknown payment."""
    payment = work.payments.get(key)
    if payment is None:
        raise LookupError(f"there is no payment {key.id}")
    return payment, work.provider_calls.latest(key)


def take_snapshot(payment: Payment, cards: Cards, created_session: str | None = None) -> ProviderSnapshot:
    """Read the payment's objects at the provider. The session is read only until the payment has an intent.

    An intent becomes the payment's only through the payment's own session: any other intent is unrequested money.
    Raises `UnknownObject`, `Unavailable`.
    """
    session = None if payment.intent_id else _session(payment, cards, created_session)
    intent_id = payment.intent_id or (session.intent_id if session else None)
    intent = cards.intent(intent_id) if intent_id else None
    charge = intent.charge if intent else None
    return ProviderSnapshot(
        session=session,
        intent=intent,
        refunds=cards.refunds(intent.id) if intent and charge and charge.captured else (),
        disputes=cards.disputes(intent.id) if intent and charge and charge.disputed else (),
    )


def _session(payment: Payment, cards: Cards, created_session: str | None) -> SessionSnapshot | None:
    if payment.session_id is None:
        return (
            cards.session(created_session)
            if created_session
            else cards.find_session(payment.id, since=payment.created_at)
        )
    try:
        return cards.session(payment.session_id)
    except UnknownObject:
        return SessionSnapshot(id=payment.session_id, state=SessionState.GONE, url=None, intent_id=None)


def _record(
    payment: Payment,
    latest: Mapping[str, ProviderCall],
    snapshot: ProviderSnapshot,
    work: PaymentsWork,
    *,
    why: str,
    enqueue: bool,
    after: AfterSync | None,
) -> SyncResult:
    desired = work.desired_states.of_payment(payment)
    decision = decide(payment, desired, snapshot, refused=refusals(latest), now=work.now)
    work.record(payment, decision, why=why)
    call = _next_call(payment.key, decision.next_action, latest, work) if decision.next_action else None
    if call and enqueue:
        job = ConvergePayment(hotel=payment.hotel, payment_id=payment.id, why=why)
        work.enqueue(job, key=f"converge:{call.key}")
    result = SyncResult(
        payment=decision.payment,
        changed=bool(decision.changes),
        call=call,
        session_is_gone=snapshot.session_is_gone,
    )
    if after:
        after(result, work)
    return result


def _next_call(
    payment: PaymentKey, action: ProviderAction, latest: Mapping[str, ProviderCall], work: PaymentsWork
) -> ProviderCall:
    """The attempt to make next. After a failed or refused attempt this is a new attempt, otherwise the last attempt.

    A new attempt cannot move money twice: the last attempt ended before the snapshot was taken, and the snapshot shows
    the object unchanged.
    """
    last = latest.get(action.action)
    if last and last.state in (CallState.OWED, CallState.DONE):
        return last
    attempt = last.attempt + 1 if last else 1
    request = work.dependencies.cards.action_request(action)
    return work.provider_calls.begin(
        ProviderCall(hotel=payment.hotel, payment_id=payment.id, action=action.action, attempt=attempt, request=request)
    )
