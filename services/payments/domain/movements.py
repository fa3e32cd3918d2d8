"""The ledger's rows: which money has moved, as the provider shows it, whatever we were told and in which order."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from contracts.values import Money
from services.payments.domain.payment import RefundStatus
from services.payments.domain.seen import IntentState, Seen, SeenIntent


class Kind(StrEnum):
    """A way for money to move. What is held = authorise - capture - void; what is ours = capture - refund - dispute."""

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One movement of one of the provider's objects; there is one of a kind for each object."""

    kind: Kind
    provider_id: str
    amount: Money


def movements(seen: Seen) -> tuple[Movement, ...]:
    """All that has moved so far. A hold that was released is a void, even where the provider calls it a refund."""
    return (*_of_the_charge(seen.intent), *_of_refunds(seen), *_of_disputes(seen))


def _of_the_charge(intent: SeenIntent | None) -> Iterator[Movement]:
    if intent is None or intent.charge is None:
        return
    charge = intent.charge
    yield Movement(kind=Kind.AUTHORISE, provider_id=charge.id, amount=charge.amount)
    if charge.captured:
        taken = Money(charge.captured, charge.amount.currency)
        yield Movement(kind=Kind.CAPTURE, provider_id=charge.id, amount=taken)
        if rest := charge.amount - taken:
            yield Movement(kind=Kind.VOID, provider_id=charge.id, amount=rest)
    elif intent.state is IntentState.RELEASED:
        yield Movement(kind=Kind.VOID, provider_id=charge.id, amount=charge.amount)


def _of_refunds(seen: Seen) -> Iterator[Movement]:
    for refund in seen.refunds:
        yield Movement(kind=Kind.REFUND, provider_id=refund.id, amount=refund.amount)
        if refund.status is RefundStatus.FAILED:
            yield Movement(kind=Kind.REFUND_FAILED, provider_id=refund.id, amount=refund.amount)


def _of_disputes(seen: Seen) -> Iterator[Movement]:
    for dispute in seen.disputes:
        if dispute.withdrawn:
            yield Movement(kind=Kind.DISPUTE, provider_id=dispute.id, amount=dispute.amount)
        if dispute.won:
            yield Movement(kind=Kind.DISPUTE_WON, provider_id=dispute.id, amount=dispute.amount)
