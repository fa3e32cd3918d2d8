"""Convergence: calls the provider until a payment has its desired state."""

from chassis.observability import logs
from chassis.refusal import RetryLater
from chassis.transactions.conversation import Conversation
from services.payments.cards import CallFailed, CallRefused
from services.payments.domain.jobs import ConvergePayment
from services.payments.domain.payment import PaymentKey
from services.payments.domain.provider_call import CallState, ProviderCall
from services.payments.steps.sync import sync
from services.payments.work import PaymentsWork

MAX_ROUNDS = 4

log = logs.logger(__name__)


def enqueue_convergence(payment: PaymentKey, why: str, work: PaymentsWork) -> None:
    """Enqueue the convergence of a payment, at most once for the event that is being applied."""
    cause = work.cause.id if work.cause else work.now.isoformat()
    job = ConvergePayment(hotel=payment.hotel, payment_id=payment.id, why=why)
    work.enqueue(job, key=f"converge:{payment.id}:{cause}")


def converge(payment: PaymentKey, conversation: Conversation[PaymentsWork], *, why: str) -> None:
    """Sync and make the next call until no call is due. Raises `RetryLater` where calls remain after `MAX_ROUNDS`."""
    for _ in range(MAX_ROUNDS):
        call = sync(payment, conversation, why=why, enqueue=False).call
        if call is None:
            return
        make_call(call, conversation)
    raise RetryLater("the payment has not come to rest")


def make_call(call: ProviderCall, conversation: Conversation[PaymentsWork]) -> str | None:
    """Send a stored call and store its result; returns the id of the changed object, None for a refused call.

    Raises `RetryLater` where the provider failed, `Unavailable` where the provider did not answer. An unanswered call
    is later sent again unchanged.
    """
    try:
        object_id: str = conversation.dependencies.cards.perform(call.request, key=call.key)
    except CallRefused as refused:
        log.warning("provider_refused", call=call.key, code=refused.code)
        with conversation.transaction() as work:
            work.provider_calls.finish(call, CallState.REFUSED, code=refused.code)
        return None
    except CallFailed as failed:
        with conversation.transaction() as work:
            work.provider_calls.finish(call, CallState.FAILED, code=str(failed))
        raise RetryLater(f"{call.key}: {failed}") from failed
    with conversation.transaction() as work:
        work.provider_calls.finish(call, CallState.DONE, object_id=object_id)
    return object_id
