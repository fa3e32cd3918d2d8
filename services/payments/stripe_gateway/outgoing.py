"""What Stripe is asked for: each request as the text that is kept, and the sending of a kept one."""

import json
from collections.abc import Callable
from typing import Any

import stripe

from services.payments.cards import Order
from services.payments.domain import Capture, Expire, GiveBack, Void, Want


def order(order: Order) -> str:
    """The request for a Checkout Session whose card is only authorised."""
    ours = {"payment_id": order.payment_id, "booking_id": order.booking_id, "hotel": order.hotel}
    product = {"name": order.hotel_name} | ({"description": order.description} if order.description else {})
    price = {"currency": order.amount.currency.lower(), "unit_amount": order.amount.amount, "product_data": product}
    params = {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "payment_intent_data": {"capture_method": "manual", "metadata": ours},
        "metadata": ours,
        "client_reference_id": order.booking_id,
        "success_url": order.pages.success,
        "cancel_url": order.pages.cancel,
        "expires_at": int(order.expires_at.timestamp()),
    }
    if order.guest_email:
        params["customer_email"] = order.guest_email
    return _kept("order", None, params)


def request(want: Want) -> str:
    """The request that does what is wanted."""
    match want:
        case Expire():
            return _kept("expire", want.session_id, {})
        case Capture():
            return _kept("capture", want.intent_id, {"amount_to_capture": want.amount})
        case Void():
            return _kept("void", want.intent_id, {})
        case GiveBack():
            ours = {"refund_id": want.refund.id}
            asked = {"payment_intent": want.intent_id, "amount": want.refund.amount.amount, "metadata": ours}
            return _kept("refund", None, asked)


def send(client: stripe.StripeClient, request: str, *, key: str) -> str:
    """Send a kept request under its key; the id of the object that it made or changed."""
    kept = json.loads(request)
    about, params = kept["about"], kept["params"]
    options: stripe.RequestOptions = {"idempotency_key": key}
    v1 = client.v1
    calls: dict[str, Callable[[], Any]] = {
        "order": lambda: v1.checkout.sessions.create(params, options),
        "expire": lambda: v1.checkout.sessions.expire(about, params, options),
        "capture": lambda: v1.payment_intents.capture(about, params, options),
        "void": lambda: v1.payment_intents.cancel(about, params, options),
        "refund": lambda: v1.refunds.create(params, options),
    }
    return str(calls[kept["call"]]().id)


def _kept(call: str, about: str | None, params: dict[str, Any]) -> str:
    return json.dumps({"call": call, "about": about, "params": params}, ensure_ascii=False)
