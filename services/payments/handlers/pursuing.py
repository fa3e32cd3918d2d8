"""Calls that change something at the provider, until it has the payment as the booking wants it."""

from collections.abc import Sequence

from chassis.observability import logs
from chassis.refusal import RetryLater
from chassis.transactions.conversation import Conversation
from services.payments.cards import CallFailed, CallRefused
from services.payments.domain.owed import ExpireSession, Pursue
from services.payments.handlers.looking import look
from services.payments.store import Call, State
from services.payments.work import PaymentsWork

ROUNDS = 4

log = logs.logger(__name__)


def pursue(payloads: Sequence[Pursue], conversation: Conversation[PaymentsWork]) -> list[None]:
    """Errand: see each payment through."""
    for payload in payloads:
        see_through(payload.payment_id, conversation, why=payload.why)
    return [None] * len(payloads)


def expire_sessions(payloads: Sequence[ExpireSession], conversation: Conversation[PaymentsWork]) -> list[None]:
    """Errand: the hold has run out, so the page closes; what was paid on it is applied instead."""
    for payload in payloads:
        see_through(payload.payment_id, conversation, why="the hold has run out")
    return [None] * len(payloads)


def see_through(payment_id: str, conversation: Conversation[PaymentsWork], *, why: str) -> None:
    """Look, call what is wanted, look again, until nothing is. Raises `Later` where it does not come to rest."""
    for _ in range(ROUNDS):
        call = look(payment_id, conversation, why=why, pursue=False).call
        if call is None:
            return
        make(call, conversation)
    raise RetryLater("the payment has not come to rest")


def make(call: Call, conversation: Conversation[PaymentsWork]) -> str | None:
    """Make a kept call and note its answer; the id of what it made or changed, or None where it was refused.

    Raises `Later` where the provider failed, and `Unavailable` where it did not answer: then the very same call is
    made again.
    """
    try:
        object_id: str = conversation.dependencies.cards.perform(call.request, key=call.key)
    except CallRefused as refused:
        log.warning("provider_refused", call=call.key, code=refused.code)
        with conversation.transaction() as work:
            work.actions.answered(call, State.REFUSED, code=refused.code)
        return None
    except CallFailed as failed:
        with conversation.transaction() as work:
            work.actions.answered(call, State.FAILED, code=str(failed))
        raise RetryLater(f"{call.key}: {failed}") from failed
    with conversation.transaction() as work:
        work.actions.answered(call, State.DONE, object_id=object_id)
    return object_id


def gave_up(payload: Pursue | ExpireSession, why: str, work: PaymentsWork) -> None:
    """The provider was silent for longer than any hold lives: for people to look at."""
    log.error("payment_not_settled", payment_id=payload.payment_id, why=why, at=work.now.isoformat())
