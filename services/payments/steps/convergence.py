"""Convergence: calls the provider until a payment has its desired state."""

from collections.abc import Callable

from chassis.observability import logs
from chassis.refusal import RetryLater
from chassis.transactions.conversation import Conversation
from services.payments.cards import CallFailed, CallRefused, Cards
from services.payments.domain.jobs import ConvergePayment
from services.payments.domain.payment import PaymentKey
from services.payments.domain.provider_call import CallResult, CallState, ProviderCall
from services.payments.steps.sync import SyncResult, store_result, sync
from services.payments.work import PaymentsWork

MAX_ROUNDS = 4

log = logs.logger(__name__)


def enqueue_convergence(payment: PaymentKey, why: str, work: PaymentsWork) -> None:
    """Enqueue the convergence of a payment, at most once for the event that is being applied."""
    cause = work.cause.id if work.cause else work.now.isoformat()
    job = ConvergePayment(hotel=payment.hotel, payment_id=payment.id, why=why)
    work.enqueue(job, key=f"converge:{payment.id}:{cause}")


def converge(
    payment: PaymentKey,
    conversation: Conversation[PaymentsWork],
    *,
    why: str,
    finish: Callable[[PaymentsWork], None] | None = None,
) -> None:
    """Sync and make the next call until no call is due. Raises `RetryLater` where calls remain after `MAX_ROUNDS`.

    One transaction stores a call before it is made. The next one, after the look that follows the call, stores its
    result with what the look shows. The provider's answer to the call is the look where it shows the whole object.
    `finish` runs in the transaction of the last look.
    """

    def at_rest(result: SyncResult, work: PaymentsWork) -> None:
        if finish and result.call is None:
            finish(work)

    after = at_rest if finish else None
    result = sync(payment, conversation, why=why, enqueue=False, after=after)
    for _ in range(MAX_ROUNDS):
        if result.call is None:
            return
        answer = answered(result.call, conversation)
        result = sync(payment, conversation, why=why, state=result.state, answer=answer, enqueue=False, after=after)
    if result.call is not None:
        raise RetryLater("the payment has not come to rest")


def answered(call: ProviderCall, conversation: Conversation[PaymentsWork]) -> CallResult:
    """Send a stored call; returns its result, done or refused, which the caller stores.

    Raises `RetryLater` where the provider failed, which is stored, and `Unavailable` where the provider did not answer.
    An unanswered call, and one whose result is not stored, is later sent again unchanged.
    """
    cards: Cards = conversation.dependencies.cards
    try:
        answer = cards.perform(call.request, key=call.key)
    except CallRefused as refused:
        log.warning("provider_refused", call=call.key, code=refused.code)
        return CallResult(call=call, state=CallState.REFUSED, code=refused.code)
    except CallFailed as failed:
        store_result(CallResult(call=call, state=CallState.FAILED, code=str(failed)), conversation)
        raise RetryLater(f"{call.key}: {failed}") from failed
    return CallResult(call=call, state=CallState.DONE, object_id=answer.object_id, snapshot=answer.snapshot)
