"""A test fixture: the stand-in, the official client, a webhook receiver and builders of payments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import stripe

from sandbox.stripe.cards import SUCCESS
from sandbox.stripe.server import StripeStandIn
from sandbox.stripe.store import Json
from sandbox.stripe.webhook_receiver import WebhookReceiver

_KEY = "sk_test_fixture"
_SECRET = "whsec_fixture"  # noqa: S105 - of a stand-in


@dataclass(frozen=True, slots=True)
class StripeFixture:
    """The stand-in with its client and receiver. `reset` deletes the data of earlier tests."""

    stand_in: StripeStandIn
    client: stripe.StripeClient
    receiver: WebhookReceiver

    @classmethod
    @contextmanager
    def open(cls) -> Iterator[Self]:
        with (
            WebhookReceiver.open(secret=_SECRET) as receiver,
            StripeStandIn.start(webhook_url=receiver.url, webhook_secret=_SECRET, api_key=_KEY) as stand_in,
        ):
            yield cls(stand_in, official_client(stand_in.url), receiver)

    def reset(self) -> Self:
        self.stand_in.reset()
        self.receiver.clear()
        return self

    def session(self, **overrides: Any) -> stripe.checkout.Session:
        """An open session over 150.00 EUR with manual capture."""
        params: Any = {**session_params(), **overrides}
        return self.client.v1.checkout.sessions.create(params)

    def authorised(self, *, amount: int = 15000, card: str = SUCCESS.number) -> Json:
        """The intent of a paid session, authorised and not captured."""
        item = line_item(amount)
        paid = self.stand_in.pay(self.session(line_items=[item]).id, card)
        return dict(paid["payment_intent"])

    def captured(self, *, amount: int = 15000, card: str = SUCCESS.number) -> stripe.PaymentIntent:
        """A fully captured intent."""
        intent = self.authorised(amount=amount, card=card)
        return self.client.v1.payment_intents.capture(intent["id"])


def official_client(url: str, **options: Any) -> stripe.StripeClient:
    """The official client for a stand-in, by default without retries."""
    options = {"max_network_retries": 0, **options}
    return stripe.StripeClient(_KEY, base_addresses={"api": url}, **options)


def line_item(amount: int = 15000, currency: str = "eur") -> Json:
    product = {"name": "Double room, two nights"}
    price = {"currency": currency, "unit_amount": amount, "product_data": product}
    return {"price_data": price, "quantity": 1}


def session_params() -> Json:
    return {
        "mode": "payment",
        "success_url": "https://hotel.example/paid?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://hotel.example/cancelled",
        "client_reference_id": "booking-1",
        "customer_email": "guest@hotel.example",
        "line_items": [line_item()],
        "metadata": {"booking_id": "booking-1"},
        "payment_intent_data": {
            "capture_method": "manual",
            "metadata": {"booking_id": "booking-1"},
        },
    }
