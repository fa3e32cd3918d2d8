"""Decides the events and the next provider call that follow from a payment, its desired state and a provider snapshot.

The decision depends on states only. Webhook events may therefore arrive in any order, and more than once, without
changing the result.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from contracts.data import Data
from contracts.payments.events import PaymentStatus
from services.payments.domain.desired_state import DecisionInputs, DesiredState
from services.payments.domain.events import DomainEvent, next_event
from services.payments.domain.evolve import evolve
from services.payments.domain.movements import Movement, movements
from services.payments.domain.next_action import IssueRefund, ProviderAction, next_action
from services.payments.domain.payment import Payment, Refund
from services.payments.domain.provider_snapshot import ProviderSnapshot, RefundSnapshot
from services.payments.lifecycle import RefundRetried


class Change(Data):
    """An event, with the payment's status before and after. `version` is the payment's version after the event."""

    event: DomainEvent
    version: int
    before: PaymentStatus
    after: PaymentStatus


class Decision(Data):
    """The payment after all changes, the money movements in the snapshot, and the next call to the provider or None."""

    payment: Payment
    changes: tuple[Change, ...]
    movements: tuple[Movement, ...]
    next_action: ProviderAction | None

    @property
    def events(self) -> tuple[DomainEvent, ...]:
        """The events of all changes, in order."""
        return tuple(change.event for change in self.changes)


def decide(
    payment: Payment,
    desired: DesiredState,
    snapshot: ProviderSnapshot,
    *,
    now: datetime,
    refused: Mapping[str, str] | None = None,
) -> Decision:
    """Update the payment to the snapshot and choose the next call. Never raises a `Refusal`."""
    inputs = DecisionInputs(desired=desired, snapshot=snapshot, refused=refused or {}, now=now)
    payment = _with_provider_ids(payment, snapshot)
    changes: list[Change] = []
    while (event := next_event(payment, inputs)) is not None:
        before, payment = payment.status, evolve(payment, event)
        changes.append(Change(event=event, version=payment.version, before=before, after=payment.status))
    action = next_action(payment, inputs)
    if isinstance(action, IssueRefund) and action.refund not in payment.refunds:
        payment = replace(payment, refunds=(*payment.refunds, action.refund))
    return Decision(payment=payment, changes=tuple(changes), movements=movements(snapshot), next_action=action)


def retry(payment: Payment) -> Decision | None:
    """Mark failed refunds as retried; the next sync issues a new refund. None if no failed refund waits for staff."""
    if not any(refund.waits_for_staff for refund in payment.refunds):
        return None
    event = RefundRetried(payment_id=payment.id)
    after = evolve(payment, event)
    change = Change(event=event, version=after.version, before=payment.status, after=after.status)
    return Decision(payment=after, changes=(change,), movements=(), next_action=None)


def _with_provider_ids(payment: Payment, snapshot: ProviderSnapshot) -> Payment:
    """The payment with the ids of the snapshot's session, intent and refunds."""
    if snapshot.session and payment.session_id is None:
        payment = replace(payment, session_id=snapshot.session.id, session_url=snapshot.session.url)
    if snapshot.intent and snapshot.intent.charge and payment.intent_id is None:
        payment = replace(payment, intent_id=snapshot.intent.id)
    for refund in snapshot.refunds:
        payment = replace(payment, refunds=_merged(payment.refunds, refund))
    return payment


def _merged(refunds: tuple[Refund, ...], snapshot: RefundSnapshot) -> tuple[Refund, ...]:
    if any(refund.provider_id == snapshot.id for refund in refunds):
        return refunds
    if any(refund.id == snapshot.refund_id for refund in refunds):
        return tuple(
            replace(refund, provider_id=snapshot.id, amount=snapshot.amount)
            if refund.id == snapshot.refund_id
            else refund
            for refund in refunds
        )
    return (*refunds, Refund(id=snapshot.id, amount=snapshot.amount, provider_id=snapshot.id))
