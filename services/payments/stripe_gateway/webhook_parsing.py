"""Verifies the signature of a webhook body and reduces the event to the ids it names."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import stripe

from chassis import codec
from services.payments.cards import InvalidWebhook
from services.payments.domain.webhook import WebhookEvent
from services.payments.stripe_gateway.snapshots import expandable_id, moment

TOLERANCE = 300  # seconds that a signature may be old


def parse(client: stripe.StripeClient, body: str, signature: str, secrets: Sequence[str]) -> WebhookEvent:
    """The event, if the body is signed with one of the secrets. Raises `InvalidWebhook`."""
    try:
        codec.require_shallow(body)
    except ValueError as problem:
        raise InvalidWebhook("nested too deep for an event of the provider") from problem
    for secret in secrets:
        event = _verified(client, body, signature, secret)
        if event is not None:
            return _reduced(event)
    raise InvalidWebhook("no active secret has signed this")


def _verified(client: stripe.StripeClient, body: str, signature: str, secret: str) -> stripe.Event | None:
    """The event, or None where this secret did not sign the body.

    Raises `InvalidWebhook` where the secret signed a body that is not an event. A body with a malformed signature
    header counts as unsigned; the library raises errors of many classes for such a header.
    """
    try:
        event = client.construct_event(body, signature, secret, TOLERANCE)
    except (stripe.SignatureVerificationError, ValueError, TypeError, LookupError, AttributeError):
        return None
    if not _is_event(event):
        raise InvalidWebhook("signed, but not an event")
    return event


def _is_event(event: Any) -> bool:
    """Whether a signed body is an event with all fields that are needed."""
    data = getattr(event, "data", None)
    has_ids = all(isinstance(getattr(event, name, None), str) for name in ("id", "type", "object"))
    return has_ids and event.object == "event" and isinstance(getattr(data, "object", None), stripe.StripeObject)


def _reduced(event: stripe.Event) -> WebhookEvent:
    """The ids and times of the event. Raises `InvalidWebhook` for values that cannot be stored."""
    try:
        webhook = _ids(event)
    except (ValueError, TypeError, OverflowError, OSError, AttributeError) as problem:
        raise InvalidWebhook("signed, but not to be understood") from problem
    names = [value for value in asdict(webhook).values() if isinstance(value, str)]
    if not all(name.isascii() and name.isprintable() for name in names):
        raise InvalidWebhook("signed, but with names that cannot be the provider's")
    return webhook


def _ids(event: stripe.Event) -> WebhookEvent:
    about: dict[str, Any] = event.data.object.to_dict()
    kind, own_id = about.get("object"), about.get("id")
    return WebhookEvent(
        event_id=event.id,
        type=event.type,
        created=moment(event.created),
        object_id=_text(own_id),
        payment_id=_text((about.get("metadata") or {}).get("payment_id")),
        session_id=_text(own_id) if kind == "checkout.session" else None,
        intent_id=_text(own_id if kind == "payment_intent" else expandable_id(about.get("payment_intent"))),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
