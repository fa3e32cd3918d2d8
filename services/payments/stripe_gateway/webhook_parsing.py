"""Verifies the signature of a webhook body and reduces the event to the ids it names."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

import stripe

from chassis import codec
from services.payments.cards import InvalidWebhook
from services.payments.domain.webhook import WebhookEvent
from services.payments.stripe_gateway.api import Json
from services.payments.stripe_gateway.snapshots import expandable_id, moment

TOLERANCE = 300  # seconds that a signature may be old


def parse(body: str, signature: str, secrets: Sequence[str]) -> WebhookEvent:
    """The event, if the body is signed with one of the secrets. Raises `InvalidWebhook`."""
    try:
        codec.require_shallow(body)
    except ValueError as problem:
        raise InvalidWebhook("nested too deep for an event of the provider") from problem
    if not any(_is_signed(body, signature, secret) for secret in secrets):
        raise InvalidWebhook("no active secret has signed this")
    return _reduced(_event_in(body))


def _is_signed(body: str, signature: str, secret: str) -> bool:
    """Whether this secret has signed the body. A body with a malformed signature header counts as unsigned.

    The library raises errors of many classes for such a header.
    """
    try:
        return stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE)  # type: ignore[no-any-return]
    except (stripe.SignatureVerificationError, ValueError, TypeError, LookupError, AttributeError):
        return False


def _event_in(body: str) -> Json:
    """The event in a signed body. Raises `InvalidWebhook` for one that is not an event with all needed fields."""
    try:
        event = json.loads(body)
        has_ids = all(isinstance(event[name], str) for name in ("id", "type"))
        if has_ids and event["object"] == "event" and isinstance(event["data"]["object"], dict):
            return cast("Json", event)
    except (ValueError, TypeError, LookupError) as problem:
        raise InvalidWebhook("signed, but not an event") from problem
    raise InvalidWebhook("signed, but not an event")


def _reduced(event: Json) -> WebhookEvent:
    """The ids and times of the event. Raises `InvalidWebhook` for values that cannot be stored."""
    try:
        webhook = _ids(event)
    except (ValueError, TypeError, OverflowError, OSError, AttributeError, LookupError) as problem:
        raise InvalidWebhook("signed, but not to be understood") from problem
    names = [value for value in asdict(webhook).values() if isinstance(value, str)]
    if not all(name.isascii() and name.isprintable() for name in names):
        raise InvalidWebhook("signed, but with names that cannot be the provider's")
    return webhook


def _ids(event: Json) -> WebhookEvent:
    about = event["data"]["object"]
    kind, own_id = about.get("object"), about.get("id")
    return WebhookEvent(
        event_id=event["id"],
        type=event["type"],
        created=moment(event["created"]),
        object_id=_text(own_id),
        payment_id=_text((about.get("metadata") or {}).get("payment_id")),
        session_id=_text(own_id) if kind == "checkout.session" else None,
        intent_id=_text(own_id if kind == "payment_intent" else expandable_id(about.get("payment_intent"))),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
