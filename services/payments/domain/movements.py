"""Derives the money movements, the rows of the ledger, from a provider snapshot."""

from collections.abc import Iterator
from enum import StrEnum

from contracts.data import Data
from contracts.values import Money
from services.payments.domain.payment import RefundStatus
from services.payments.domain.provider_snapshot import IntentSnapshot, IntentState, ProviderSnapshot


class MovementKind(StrEnum):
    """The kinds of movement. Held money = authorise - capture - void; earned money = capture - refund - dispute."""

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"


class Movement(Data):
    """A movement of money on an object at the provider. An object has at most one movement of each kind."""

    kind: MovementKind
    provider_id: str
    amount: Money


def movements(snapshot: ProviderSnapshot) -> tuple[Movement, ...]:
    """All movements in the snapshot. A released authorisation is a void, even if the provider calls it a refund."""
    return (*_of_charge(snapshot.intent), *_of_refunds(snapshot), *_of_disputes(snapshot))


def _of_charge(intent: IntentSnapshot | None) -> Iterator[Movement]:
    if intent is None or intent.charge is None:
        return
    charge = intent.charge
    yield Movement(kind=MovementKind.AUTHORISE, provider_id=charge.id, amount=charge.amount)
    if charge.captured:
        captured = Money(charge.captured, charge.amount.currency)
        yield Movement(kind=MovementKind.CAPTURE, provider_id=charge.id, amount=captured)
        rest = charge.amount - captured
        if not rest.is_zero:
            yield Movement(kind=MovementKind.VOID, provider_id=charge.id, amount=rest)
    elif intent.state is IntentState.RELEASED:
        yield Movement(kind=MovementKind.VOID, provider_id=charge.id, amount=charge.amount)


def _of_refunds(snapshot: ProviderSnapshot) -> Iterator[Movement]:
    for refund in snapshot.refunds:
        yield Movement(kind=MovementKind.REFUND, provider_id=refund.id, amount=refund.amount)
        if refund.status is RefundStatus.FAILED:
            yield Movement(kind=MovementKind.REFUND_FAILED, provider_id=refund.id, amount=refund.amount)


def _of_disputes(snapshot: ProviderSnapshot) -> Iterator[Movement]:
    for dispute in snapshot.disputes:
        if dispute.withdrawn:
            yield Movement(kind=MovementKind.DISPUTE, provider_id=dispute.id, amount=dispute.amount)
        if dispute.won:
            yield Movement(kind=MovementKind.DISPUTE_WON, provider_id=dispute.id, amount=dispute.amount)
