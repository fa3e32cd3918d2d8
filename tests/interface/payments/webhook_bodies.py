"""Webhook bodies with their signatures, and the service's answers to them."""

import json
import time
from typing import Any

import stripe

from chassis.refusal import Refusal
from tests.interface.payments.conftest import SECRET
from tests.interface.payments.payments_under_test import PaymentsUnderTest


def signed(payload: str, secret: str = SECRET, at: float | None = None) -> str:
    header: str = stripe.WebhookSignature.generate_signature_header(payload, secret, int(at or time.time()))
    return header


def event(**overrides: Any) -> str:
    about = {"id": "pi_x", "object": "payment_intent", "metadata": {}}
    defaults = {
        "id": "evt_x",
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": 1,
        "data": {"object": about},
    }
    return json.dumps({**defaults, **overrides})


def stored(service: PaymentsUnderTest) -> list[tuple[str, str]]:
    rows = service.sql("SELECT event_id, outcome FROM webhook ORDER BY received_at")
    return [(row["event_id"], row["outcome"]) for row in rows]


def refused(service: PaymentsUnderTest, body: str, signature: str) -> bool:
    try:
        service.store_webhook(body, signature)
    except Refusal as refusal:
        return refusal.code == "INVALID_WEBHOOK"
    return False
