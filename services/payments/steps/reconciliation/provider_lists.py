"""Searches the provider's lists for objects with our metadata that we do not know, and for money not in the ledger."""

from collections.abc import Mapping
from typing import Any

from chassis.transactions.conversation import Conversation
from contracts.payments.reconciliation import (
    FindingKind,
    Reconcile,
    ReconciledPage,
    ReconciliationFinding,
    ReconciliationPart,
)
from services.payments.cards import ProviderObject
from services.payments.steps.reconciliation.payment import findings_of
from services.payments.steps.reconciliation.run import in_scope
from services.payments.work import PaymentsWork

# No money moves any more on objects in these states, or none has moved yet.
HARMLESS_STATES = frozenset({"expired", "canceled", "requires_payment_method"})
OWN_ID_COLUMNS = {ReconciliationPart.SESSIONS: "session_id", ReconciliationPart.INTENTS: "intent_id"}


def reconcile_list(command: Reconcile, conversation: Conversation[PaymentsWork]) -> ReconciledPage:
    """Reconcile a page of one of the provider's lists.

    Each session or intent must be known to us. The payment of each refund or dispute is compared with the provider.
    """
    page = conversation.dependencies.cards.list_objects(command.part, since=command.since, after=command.after)
    with conversation.reading() as work:
        rows = work.reconciliation.find_payments(
            [each.payment_id for each in page.objects if each.payment_id],
            [each.intent_id for each in page.objects if each.intent_id],
        )
    if command.part in OWN_ID_COLUMNS:
        payments = {row["id"]: row for row in rows}
        unknown = (_unknown_object(command.part, each, payments) for each in page.objects)
        findings = [each for each in unknown if each and in_scope(command, each.hotel, each.booking_id)]
    else:
        intent_ids = {each.intent_id for each in page.objects}
        listed = [row for row in rows if row["intent_id"] in intent_ids]
        payment_ids = [row["id"] for row in listed if in_scope(command, row["hotel"], row["booking_id"])]
        findings = [finding for each in payment_ids for finding in findings_of(command, each, conversation)]
    return ReconciledPage(looked=len(page.objects), findings=tuple(findings), next=page.next)


def _unknown_object(
    part: ReconciliationPart, each: ProviderObject, payments: Mapping[str, Any]
) -> ReconciliationFinding | None:
    """The finding for an object whose payment we do not have, or whose payment has another session or intent.

    None for any other object, for a harmless state, and for a payment that has no session or intent yet.
    """
    if each.payment_id is None or each.state in HARMLESS_STATES:
        return None
    payment = payments.get(each.payment_id)
    if payment and payment[OWN_ID_COLUMNS[part]] in (None, each.id):
        return None
    return ReconciliationFinding(
        kind=FindingKind.UNKNOWN_TO_US,
        object_id=each.id,
        ours="not known",
        theirs=f"{each.state} {each.amount}",
        payment_id=each.payment_id,
        booking_id=each.booking_id or "",
        hotel=payment["hotel"] if payment else "",
    )
