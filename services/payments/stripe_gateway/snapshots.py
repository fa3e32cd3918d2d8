"""Maps Stripe's objects to the domain's snapshots."""

from datetime import UTC, datetime
from typing import Any

import stripe

from contracts.values import Money
from services.payments.domain.payment import RefundStatus
from services.payments.domain.provider_snapshot import (
    ChargeSnapshot,
    DisputeSnapshot,
    IntentSnapshot,
    IntentState,
    RefundSnapshot,
    SessionSnapshot,
    SessionState,
)

_INTENT_STATES = {
    "requires_capture": IntentState.HELD,
    "succeeded": IntentState.TAKEN,
    "canceled": IntentState.RELEASED,
}
_REFUND_STATUSES = {
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
_LAPSED = ("automatic", "expired")


def session(stripe_session: stripe.checkout.Session) -> SessionSnapshot:
    """The snapshot of a Checkout Session."""
    return SessionSnapshot(
        id=stripe_session.id,
        state=SessionState(str(stripe_session.status)),
        url=stripe_session.url,
        intent_id=expandable_id(stripe_session.payment_intent),
    )


def intent(stripe_intent: stripe.PaymentIntent) -> IntentSnapshot:
    """The snapshot of a payment intent whose `latest_charge` is expanded."""
    ours = metadata(stripe_intent)
    return IntentSnapshot(
        id=stripe_intent.id,
        state=_INTENT_STATES.get(str(stripe_intent.status), IntentState.UNPAID),
        amount=_money(stripe_intent.amount, stripe_intent.currency),
        received=stripe_intent.amount_received,
        payment_id=ours.get("payment_id"),
        booking_id=ours.get("booking_id"),
        charge=_charge(stripe_intent.latest_charge),
        release_reason=_release_reason(stripe_intent),
    )


def refund(stripe_refund: stripe.Refund) -> RefundSnapshot:
    """The snapshot of a refund. A status that is neither success nor failure counts as pending."""
    return RefundSnapshot(
        id=stripe_refund.id,
        refund_id=metadata(stripe_refund).get("refund_id"),
        amount=_money(stripe_refund.amount, stripe_refund.currency),
        status=_REFUND_STATUSES.get(str(stripe_refund.status), RefundStatus.PENDING),
        reason=str(getattr(stripe_refund, "failure_reason", None) or ""),
    )


def dispute(stripe_dispute: stripe.Dispute) -> DisputeSnapshot:
    """The snapshot of a dispute. A status that begins with `warning` is an inquiry, which withdraws no money."""
    return DisputeSnapshot(
        id=stripe_dispute.id,
        amount=_money(stripe_dispute.amount, stripe_dispute.currency),
        reason=stripe_dispute.reason,
        withdrawn=not stripe_dispute.status.startswith("warning"),
        won=stripe_dispute.status == "won",
    )


def metadata(stripe_object: Any) -> dict[str, str]:
    """The metadata that we wrote on an object."""
    return dict(stripe_object.metadata.to_dict()) if stripe_object.metadata else {}


def expandable_id(expandable: Any) -> str | None:
    """The id in a field that holds an id or the expanded object, or None for an empty field."""
    return getattr(expandable, "id", expandable) if not isinstance(expandable, dict) else expandable.get("id")


def moment(seconds: int) -> datetime:
    """The UTC time of a Unix timestamp."""
    return datetime.fromtimestamp(seconds, UTC)


def _charge(stripe_charge: Any) -> ChargeSnapshot | None:
    """The snapshot of a charge, or None where the card has accepted no charge."""
    if stripe_charge is None or isinstance(stripe_charge, str) or not stripe_charge.paid:
        return None
    details = stripe_charge.payment_method_details
    card = getattr(details, "card", None) if details else None
    until = getattr(card, "capture_before", None) if card else None
    return ChargeSnapshot(
        id=stripe_charge.id,
        amount=_money(stripe_charge.amount, stripe_charge.currency),
        captured=stripe_charge.amount_captured,
        created=moment(stripe_charge.created),
        capture_before=moment(until) if until else None,
        disputed=bool(stripe_charge.disputed),
    )


def _release_reason(stripe_intent: stripe.PaymentIntent) -> str | None:
    if stripe_intent.status != "canceled":
        return None
    return "authorization_expired" if stripe_intent.cancellation_reason in _LAPSED else "authorization_canceled"


def _money(minor: int, currency: str) -> Money:
    return Money(minor, currency.upper())
