"""Runs convergence jobs: one call of `steps.convergence.converge` per job, and a log line for a job given up."""

from collections.abc import Sequence
from functools import partial

from chassis.observability import logs
from chassis.transactions.conversation import JobConversation
from services.payments.domain.jobs import ConvergePayment, ExpireSession
from services.payments.steps.convergence import converge
from services.payments.work import PaymentsWork

log = logs.logger(__name__)


def converge_payments(
    payloads: Sequence[ConvergePayment | ExpireSession], conversation: JobConversation[PaymentsWork]
) -> list[None]:
    """Converge each payment. Raises `RetryLater`, `Unavailable`."""
    for payload in payloads:
        converge(payload.key, conversation, why=payload.why, finish=partial(conversation.finish, payload))
    return [None] * len(payloads)


def given_up(payload: ConvergePayment | ExpireSession, why: str, work: PaymentsWork) -> None:
    """Log for staff that the payment's convergence is given up, later than any card authorisation ends."""
    log.error("payment_not_settled", payment_id=payload.payment_id, why=why, at=work.now.isoformat())
