"""Syncs a payment with the provider: read, look, decide, record. Every change of a payment goes through a sync.

The payment is read by one statement, then looked at, then recorded in one transaction, which also stores the result of
the call that was made before the look, and the call to make next. A process that dies before this transaction has
recorded nothing: the next sync looks again, and an unanswered call is sent again unchanged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from chassis.refusal import Unavailable
from chassis.transactions.conversation import Conversation
from services.payments.domain.decide import Decision, decide
from services.payments.domain.jobs import ConvergePayment
from services.payments.domain.next_action import ProviderAction
from services.payments.domain.payment import Payment, PaymentKey
from services.payments.domain.provider_call import CallResult, CallState, ProviderCall, refusals
from services.payments.domain.provider_snapshot import ProviderSnapshot
from services.payments.domain.recorded_state import RecordedState
from services.payments.steps.look import take_snapshot
from services.payments.work import PaymentsWork

MAX_ATTEMPTS = 5  # how often a sync starts again because the payment has changed meanwhile


@dataclass(frozen=True, kw_only=True)
class SyncResult:
    """The state after the sync, whether the sync changed the payment, and the stored call to make next.

    `intent_id` is the intent that the snapshot has. `session_is_gone` tells that the provider no longer has the
    payment's checkout session.
    """

    state: RecordedState
    changed: bool
    call: ProviderCall | None
    intent_id: str | None
    session_is_gone: bool

    @property
    def payment(self) -> Payment:
        """The payment after the sync."""
        return self.state.payment


AfterSync = Callable[[SyncResult, PaymentsWork], None]


@dataclass(frozen=True, kw_only=True)
class Sync:
    """How a sync records: `why`, whether a job makes the next call, and what runs in the same transaction."""

    why: str
    enqueue: bool
    after: AfterSync | None

    def record(self, state: RecordedState, snapshot: ProviderSnapshot, work: PaymentsWork) -> SyncResult:
        """Decide on a state that this transaction has locked, and record the decision."""
        decision = _decision(state, snapshot)
        work.record(state.payment, decision, why=self.why, booked=state.booked, late=True)
        call = _next_call(state.payment.key, decision.next_action, state.calls, work) if decision.next_action else None
        if call and self.enqueue:
            job = ConvergePayment(hotel=call.hotel, payment_id=call.payment_id, why=self.why)
            work.enqueue(job, key=f"converge:{call.key}")
        result = _result(state, snapshot, decision, call)
        if self.after:
            self.after(result, work)
        return result


def sync(
    key: PaymentKey,
    conversation: Conversation[PaymentsWork],
    *,
    why: str,
    state: RecordedState | None = None,
    answer: CallResult | None = None,
    enqueue: bool = True,
    after: AfterSync | None = None,
    on_stale: Callable[[PaymentsWork], None] = lambda _: None,
) -> SyncResult:
    """Look at the provider, then decide and record in one transaction. Raises `Unavailable`.

    `state` is what has just been read of the payment. `answer` is the result of the call that was made just before,
    and is stored in any case; what it shows is not read again. With `enqueue`, a job makes the next call. `after` runs
    in the same transaction. The snapshot is stale if the payment, its calls or their results change during the look.
    The sync then starts again, unless `on_stale` raises.

    A decision that has nothing to record needs no lock: what others record meanwhile comes from their own look, and a
    changed desired state brings its own convergence.
    """
    recording = Sync(why=why, enqueue=enqueue, after=after)
    looked_at = answer
    for _ in range(MAX_ATTEMPTS):
        before = state or recorded_state(key, conversation)
        try:
            snapshot = take_snapshot(before.payment, conversation.dependencies.cards, looked_at)
        except Exception:
            store_result(answer, conversation)
            raise
        if answer is None and before.agrees_with(decision := _decision(before, snapshot)):
            result = _result(before, snapshot, decision, None)
            if after:
                with conversation.transaction() as work:
                    after(result, work)
            return result
        with conversation.transaction() as work:
            now = work.recorded_states.lock(key, now=work.now)
            if answer:
                work.provider_calls.finish(answer, work.write_late)
            if now and not _is_stale(before, now):
                return recording.record(now.answered(answer), snapshot, work)
            on_stale(work)
        state, answer, looked_at = None, None, looked_at and replace(looked_at, snapshot=None)
    raise Unavailable("others keep changing the payment")


def _is_stale(before: RecordedState, now: RecordedState) -> bool:
    return before.differs(now)


def _decision(state: RecordedState, snapshot: ProviderSnapshot) -> Decision:
    return decide(state.payment, state.desired, snapshot, refused=refusals(state.calls), now=state.read_at)


def _result(
    state: RecordedState, snapshot: ProviderSnapshot, decision: Decision, call: ProviderCall | None
) -> SyncResult:
    return SyncResult(
        state=state.after(decision).with_call(call),
        changed=bool(decision.changes),
        call=call,
        intent_id=snapshot.intent.id if snapshot.intent else None,
        session_is_gone=snapshot.session_is_gone,
    )


def recorded_state(key: PaymentKey, conversation: Conversation[PaymentsWork]) -> RecordedState:
    """What is recorded of the payment. Raises `LookupError` for an unknown payment."""
    with conversation.reading() as work:
        state = work.recorded_states.get(key, now=work.now)
    if state is None:
        raise LookupError(f"there is no payment {key.id}")
    return state


def store_result(result: CallResult | None, conversation: Conversation[PaymentsWork]) -> None:
    """Store the result of a call in a transaction of its own, if there is one."""
    if result:
        with conversation.transaction() as work:
            work.provider_calls.finish(result, work.write)


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
