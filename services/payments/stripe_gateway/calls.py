"""The calls that change an object at Stripe: builds each request as text to be stored, and sends it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import stripe

from services.payments.cards import CheckoutOrder
from services.payments.domain.next_action import Capture, Expire, IssueRefund, ProviderAction, Void

CALLS: Mapping[str, Callable[[stripe.StripeClient, Any, Any, stripe.RequestOptions], Any]] = {
    "order": lambda client, _, params, options: client.v1.checkout.sessions.create(params, options),
    "expire": lambda client, about, params, options: client.v1.checkout.sessions.expire(about, params, options),
    "capture": lambda client, about, params, options: client.v1.payment_intents.capture(about, params, options),
    "void": lambda client, about, params, options: client.v1.payment_intents.cancel(about, params, options),
    "refund": lambda client, _, params, options: client.v1.refunds.create(params, options),
}


def checkout_request(order: CheckoutOrder) -> str:
    """The request for a Checkout Session that only authorises the card."""
    payment = order.payment
    metadata = {"payment_id": payment.id, "booking_id": payment.booking_id, "hotel": payment.hotel}
    product = {"name": order.hotel_name} | ({"description": order.description} if order.description else {})
    price = {"currency": payment.amount.currency.lower(), "unit_amount": payment.amount.amount, "product_data": product}
    params = {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "payment_intent_data": {"capture_method": "manual", "metadata": metadata},
        "metadata": metadata,
        "client_reference_id": payment.booking_id,
        "success_url": order.pages.success,
        "cancel_url": order.pages.cancel,
        "expires_at": int(order.expires_at.timestamp()),
    }
    if order.guest_email:
        params["customer_email"] = order.guest_email
    return _as_text("order", None, params)


def action_request(action: ProviderAction) -> str:
    """The request, as text, that carries out the action."""
    match action:
        case Expire():
            return _as_text("expire", action.session_id, {})
        case Capture():
            return _as_text("capture", action.intent_id, {"amount_to_capture": action.amount})
        case Void():
            return _as_text("void", action.intent_id, {})
        case IssueRefund():
            metadata = {"refund_id": action.refund.id}
            amount = action.refund.amount.amount
            params = {"payment_intent": action.intent_id, "amount": amount, "metadata": metadata}
            return _as_text("refund", None, params)


def send(client: stripe.StripeClient, request: str, *, key: str) -> str:
    """Send a stored request under its idempotency key; returns the id of the created or changed object.

    Raises the library's errors. A session that Stripe does not have counts as expired.
    """
    stored = json.loads(request)
    try:
        return str(CALLS[stored["call"]](client, stored["about"], stored["params"], {"idempotency_key": key}).id)
    except stripe.InvalidRequestError as error:
        if stored["call"] == "expire" and error.code == "resource_missing":
            return str(stored["about"])
        raise


def _as_text(call: str, about: str | None, params: dict[str, Any]) -> str:
    return json.dumps({"call": call, "about": about, "params": params}, ensure_ascii=False)
