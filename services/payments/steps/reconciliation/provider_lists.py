"""Searches the provider's lists for objects with our ids that are not ours, and for money not in the ledger."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chassis.observability import logs
from chassis.refusal import PermanentFailure, RetryLater, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.payments.reconciliation import (
    FindingKind,
    Reconcile,
    ReconciledPage,
    ReconciliationFinding,
    ReconciliationPart,
)
from services.payments.cards import ProviderObject
from services.payments.domain.payment import PaymentKey
from services.payments.steps.convergence import converge
from services.payments.steps.reconciliation.payment import compare, findings_of
from services.payments.steps.reconciliation.run import each_read, in_scope
from services.payments.steps.reconciliation.search import payments_to_search
from services.payments.steps.unrequested_money import is_unrequested, payment_of_intent
from services.payments.work import PaymentsWork

# No money moves any more on objects in these states, or none has moved yet.
HARMLESS_STATES = frozenset({"expired", "canceled", "requires_payment_method"})
MONEY_STATES = frozenset({"requires_capture", "succeeded"})

log = logs.logger(__name__)


@dataclass(frozen=True)
class KnownPayments:
    """Our payments that a page of a list names: by their id, and the ids of their sessions and intents."""

    by_id: Mapping[str, Any]
    object_ids: frozenset[str]


def reconcile_list(command: Reconcile, conversation: Conversation[PaymentsWork]) -> ReconciledPage:
    """Reconcile a page of one of the provider's lists.

    Each session or intent must be known to us; unrequested money is returned by a command with `repair`. The payment of
    each refund or dispute is compared with the provider. Raises `Unavailable` where the list cannot be read.
    """
    page = conversation.dependencies.cards.list_objects(command.part, since=command.since, after=command.after)
    known = _known_payments(page.objects, conversation)
    if command.part is ReconciliationPart.SESSIONS:
        unknown = [_unknown_session(each, known) for each in page.objects]
        findings = [each for each in unknown if each and in_scope(command, each.hotel, each.booking_id)]
        return ReconciledPage(looked=len(page.objects), findings=tuple(findings), next=page.next)
    if command.part is ReconciliationPart.INTENTS:
        strange = [each for each in page.objects if _in_scope(command, each, known)]
        checked = _intent_findings(strange, known, conversation, repair=command.repair)
        unread = len(strange) - len(checked)
        findings = [each for each in checked if each]
        return ReconciledPage(looked=len(page.objects), findings=tuple(findings), next=page.next, unread=unread)
    intent_ids = {each.intent_id for each in page.objects}
    listed = [row for row in known.by_id.values() if row["intent_id"] in intent_ids]
    keys = [_key(row) for row in listed if in_scope(command, row["hotel"], row["booking_id"])]
    compared = each_read(keys, lambda key: findings_of(command, key, conversation))
    return ReconciledPage(
        looked=len(page.objects),
        findings=tuple(finding for findings in compared for finding in findings),
        next=page.next,
        unread=len(keys) - len(compared),
    )


def return_recent(conversation: Conversation[PaymentsWork]) -> Iterator[ReconciliationFinding]:
    """Return the unrequested money among the provider's payments since the last complete search.

    Yields a finding for each, which counts as recorded once the next one is taken. Raises `Unavailable`.
    """
    for page in payments_to_search(conversation):
        known = _known_payments(page.objects, conversation)
        for each in page.objects:
            if _is_strange(each, known) and each.payment_id in known.by_id:
                finding = _intent_finding(each, known, conversation, repair=True)
                if finding:
                    yield finding


def _known_payments(objects: Iterable[ProviderObject], conversation: Conversation[PaymentsWork]) -> KnownPayments:
    named = list(objects)
    with conversation.reading() as work:
        rows = work.reconciliation.find_payments(
            [each.payment_id for each in named if each.payment_id], [each.intent_id for each in named if each.intent_id]
        )
    ids = [row[column] for row in rows for column in ("session_id", "intent_id")]
    return KnownPayments({row["id"]: row for row in rows}, frozenset(filter(None, ids)))


def _is_strange(each: ProviderObject, known: KnownPayments) -> bool:
    """Whether the object has our ids, may hold money, and is not the session or intent of a payment of ours."""
    return each.payment_id is not None and each.state not in HARMLESS_STATES and each.id not in known.object_ids


def _in_scope(command: Reconcile, each: ProviderObject, known: KnownPayments) -> bool:
    payment = known.by_id.get(each.payment_id or "")
    hotel, booking_id = (payment["hotel"], payment["booking_id"]) if payment else ("", each.booking_id or "")
    return _is_strange(each, known) and in_scope(command, hotel, booking_id)


def _unknown_session(each: ProviderObject, known: KnownPayments) -> ReconciliationFinding | None:
    """The finding for a session whose payment we do not have, or for an open second session of a payment of ours.

    The comparison of our payments covers a payment without a session, and the list of intents covers paid sessions.
    """
    if not _is_strange(each, known):
        return None
    payment = known.by_id.get(each.payment_id or "")
    if payment and (payment["session_id"] is None or each.state != "open"):
        return None
    return _finding(each, FindingKind.UNKNOWN_TO_US, payment)


def _intent_findings(
    intents: Iterable[ProviderObject],
    known: KnownPayments,
    conversation: Conversation[PaymentsWork],
    *,
    repair: bool,
) -> list[ReconciliationFinding | None]:
    return each_read(list(intents), lambda each: _intent_finding(each, known, conversation, repair=repair))


def _intent_finding(
    each: ProviderObject, known: KnownPayments, conversation: Conversation[PaymentsWork], *, repair: bool
) -> ReconciliationFinding | None:
    """The finding for an intent whose payment we do not have, or that holds unrequested money, returned with `repair`.

    None for an intent of a payment's own session, which the comparison of that payment covers.
    """
    payment = known.by_id.get(each.payment_id or "")
    if payment is None:
        return _finding(each, FindingKind.UNKNOWN_TO_US, None)
    if each.state not in MONEY_STATES:
        return None
    intent = conversation.dependencies.cards.intent(each.id)
    if not is_unrequested(intent, _key(payment), conversation):
        return None
    finding = _finding(each, FindingKind.UNREQUESTED, payment)
    if not repair:
        return finding
    returned = payment_of_intent(intent, _key(payment), conversation)
    return replace(finding, repaired=_is_returned(returned, conversation))


def _key(row: Any) -> PaymentKey:
    return PaymentKey(row["hotel"], row["id"])


def _is_returned(key: PaymentKey, conversation: Conversation[PaymentsWork]) -> bool:
    """Converge an unrequested payment; returns whether its money is returned."""
    try:
        converge(key, conversation, why="unrequested money")
        _, differences = compare(key, conversation)
    except (RetryLater, PermanentFailure, Unavailable) as problem:
        log.warning("reconciliation_stuck", payment_id=key.id, why=str(problem))
        return False
    return not differences


def _finding(each: ProviderObject, kind: FindingKind, payment: Any) -> ReconciliationFinding:
    return ReconciliationFinding(
        kind=kind,
        object_id=each.id,
        ours="not known" if payment is None else "not requested",
        theirs=f"{each.state} {each.amount}",
        payment_id=each.payment_id or "",
        booking_id=payment["booking_id"] if payment else each.booking_id or "",
        hotel=payment["hotel"] if payment else "",
    )
