"""The provider's own lists gone through: for what bears our name unknown to us, and money that is not in our ledger."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.transactions.conversation import Conversation
from contracts.payments import Compare, Compared, Finding, FindingKind, Part
from services.payments.cards import Listed
from services.payments.handlers.comparing import concerns, dry, keep, named, repair
from services.payments.work import PaymentsWork

# On these no money moves any more, or none has moved yet: that we do not know them harms nobody.
HARMLESS = frozenset({"expired", "canceled", "requires_payment_method"})
OF_OURS = {Part.SESSIONS: "session_id", Part.INTENTS: "intent_id"}


def compare_list(command: Compare, conversation: Conversation[PaymentsWork]) -> Compared:
    """A page of sessions or intents, each to be known to us; or of refunds or disputes, each to be in the ledger."""
    page = conversation.dependencies.cards.listed(command.part, since=command.since, after=command.after)
    with conversation.reading() as work:
        rows = work.comparisons.known(
            [each.payment_id for each in page.objects if each.payment_id],
            [each.intent_id for each in page.objects if each.intent_id],
        )
    if command.part in OF_OURS:
        payments = {row["id"]: row for row in rows}
        unknown = [_unknown(command.part, each, payments) for each in page.objects]
        found = tuple(each for each in unknown if each and concerns(command, each.hotel, each.booking_id))
    else:
        intents = {each.intent_id for each in page.objects}
        found = _unbooked(command, [row for row in rows if row["intent_id"] in intents], conversation)
    return keep(command, conversation, Compared(looked=len(page.objects), findings=found, next=page.next))


def _unknown(part: Part, each: Listed, payments: Mapping[str, Any]) -> Finding | None:
    """Claimed by our name, and not what that payment has. One that has none yet is compared with the payments."""
    if each.payment_id is None or each.state in HARMLESS:
        return None
    payment = payments.get(each.payment_id)
    if payment and payment[OF_OURS[part]] in (None, each.id):
        return None
    return Finding(
        kind=FindingKind.UNKNOWN_TO_US,
        object_id=each.id,
        ours="not known",
        theirs=f"{each.state} {each.amount.currency} {each.amount.text}",
        payment_id=each.payment_id,
        booking_id=each.booking_id or "",
        hotel=payment["hotel"] if payment else "",
    )


def _unbooked(
    command: Compare, payments: Sequence[Any], conversation: Conversation[PaymentsWork]
) -> tuple[Finding, ...]:
    """Whatever differs about the payments whose money was given back or disputed."""
    found: list[Finding] = []
    for payment in payments:
        if concerns(command, payment["hotel"], payment["booking_id"]):
            found += (
                repair(payment["id"], conversation, run=named(command))
                if command.repair
                else dry(payment["id"], conversation)
            )
    return tuple(found)
