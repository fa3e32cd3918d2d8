"""What Stripe answers, read into the domain's words."""

from datetime import UTC, datetime
from typing import Any

import stripe

from contracts.values import Money
from services.payments.cards import Notice
from services.payments.domain.payment import RefundStatus
from services.payments.domain.seen import (
    IntentState,
    SeenCharge,
    SeenDispute,
    SeenIntent,
    SeenRefund,
    SeenSession,
    SessionState,
)

_INTENT = {
    "requires_capture": IntentState.HELD,
    "succeeded": IntentState.TAKEN,
    "canceled": IntentState.RELEASED,
}
_REFUND = {
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
_RUN_OUT = ("automatic", "expired")


def session(found: stripe.checkout.Session) -> SeenSession:
    """A Checkout Session."""
    return SeenSession(
        id=found.id, state=SessionState(str(found.status)), url=found.url, intent_id=named(found.payment_intent)
    )


def intent(found: stripe.PaymentIntent) -> SeenIntent:
    """A payment intent whose `latest_charge` is expanded."""
    ours = metadata(found)
    return SeenIntent(
        id=found.id,
        state=_INTENT.get(str(found.status), IntentState.UNPAID),
        amount=_money(found.amount, found.currency),
        received=found.amount_received,
        payment_id=ours.get("payment_id"),
        booking_id=ours.get("booking_id"),
        charge=_charge(found.latest_charge),
        release_reason=_release_reason(found),
    )


def refund(found: stripe.Refund) -> SeenRefund:
    """A refund; what is neither done nor refused is under way."""
    return SeenRefund(
        id=found.id,
        refund_id=metadata(found).get("refund_id"),
        amount=_money(found.amount, found.currency),
        status=_REFUND.get(str(found.status), RefundStatus.PENDING),
        reason=str(getattr(found, "failure_reason", None) or ""),
    )


def dispute(found: stripe.Dispute) -> SeenDispute:
    """A dispute; a status that begins with `warning` is an inquiry, for which no money was withdrawn."""
    return SeenDispute(
        id=found.id,
        amount=_money(found.amount, found.currency),
        reason=found.reason,
        withdrawn=not found.status.startswith("warning"),
        won=found.status == "won",
    )


def metadata(found: Any) -> dict[str, str]:
    """What we wrote on an object."""
    return dict(found.metadata.to_dict()) if found.metadata else {}


def is_event(event: Any) -> bool:
    """Whether a signed body is an event with all that we need of it."""
    data = getattr(event, "data", None)
    named = all(isinstance(getattr(event, name, None), str) for name in ("id", "type", "object"))
    return named and event.object == "event" and isinstance(getattr(data, "object", None), stripe.StripeObject)


def notice(event: stripe.Event) -> Notice:
    """An event, reduced to the names of what it is about: what became of these is read at the provider."""
    about: dict[str, Any] = event.data.object.to_dict()
    kind, own = about.get("object"), about.get("id")
    return Notice(
        event_id=event.id,
        type=event.type,
        created=_moment(event.created),
        object_id=_text(own),
        payment_id=_text((about.get("metadata") or {}).get("payment_id")),
        session_id=_text(own) if kind == "checkout.session" else None,
        intent_id=_text(own if kind == "payment_intent" else named(about.get("payment_intent"))),
    )


def _charge(found: Any) -> SeenCharge | None:
    """The charge, if the card said yes to it."""
    if found is None or isinstance(found, str) or not found.paid:
        return None
    details = found.payment_method_details
    card = getattr(details, "card", None) if details else None
    until = getattr(card, "capture_before", None) if card else None
    return SeenCharge(
        id=found.id,
        amount=_money(found.amount, found.currency),
        captured=found.amount_captured,
        created=_moment(found.created),
        capture_before=_moment(until) if until else None,
        disputed=bool(found.disputed),
    )


def _release_reason(found: stripe.PaymentIntent) -> str | None:
    if found.status != "canceled":
        return None
    return "authorization_expired" if found.cancellation_reason in _RUN_OUT else "authorization_canceled"


def _money(minor: int, currency: str) -> Money:
    return Money(minor, currency.upper())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def named(expandable: Any) -> str | None:
    """The id of what may be expanded."""
    return getattr(expandable, "id", expandable) if not isinstance(expandable, dict) else expandable.get("id")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
