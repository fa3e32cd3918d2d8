"""The calls that change an object at Stripe: builds each request as text to be stored, and sends it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import stripe

from services.payments.cards import CallAnswer, CheckoutOrder
from services.payments.domain.next_action import Capture, Expire, IssueRefund, ProviderAction, Void
from services.payments.domain.provider_snapshot import IntentSnapshot, SessionSnapshot
from services.payments.stripe_gateway import snapshots
from services.payments.stripe_gateway.api import Json, StripeApi, path_of

ABOUT = "{}"  # in a path: the id of the changed object
CALLS: Mapping[str, tuple[str, ...]] = {
    "order": ("checkout", "sessions"),
    "expire": ("checkout", "sessions", ABOUT, "expire"),
    "capture": ("payment_intents", ABOUT, "capture"),
    "void": ("payment_intents", ABOUT, "cancel"),
    "refund": ("refunds",),
}

# Stripe answers a change of an intent with all that a look at the intent reads.
_WHOLE_INTENT = {"expand": [snapshots.WHOLE_INTENT]}
_SHOWS: Mapping[str, Callable[[Json], SessionSnapshot | IntentSnapshot | None]] = {
    "checkout.session": snapshots.session,
    "payment_intent": snapshots.whole_intent,
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
            return _as_text("capture", action.intent_id, {"amount_to_capture": action.amount} | _WHOLE_INTENT)
        case Void():
            return _as_text("void", action.intent_id, _WHOLE_INTENT)
        case IssueRefund():
            metadata = {"refund_id": action.refund.id}
            amount = action.refund.amount.amount
            params = {"payment_intent": action.intent_id, "amount": amount, "metadata": metadata}
            return _as_text("refund", None, params)


def send(api: StripeApi, request: str, *, key: str) -> CallAnswer:
    """Send a stored request under its idempotency key.

    Raises the library's errors. A session that Stripe does not have counts as expired. A repeated answer shows the
    object as it was after the first one.
    """
    stored = json.loads(request)
    call, about = stored["call"], stored["about"]
    path = path_of(*(about if part is ABOUT else part for part in CALLS[call]))
    try:
        answer = api.call(path, stored["params"], key=key)
    except stripe.InvalidRequestError as error:
        if call == "expire" and error.code == "resource_missing":
            return CallAnswer(object_id=about)
        raise
    show = None if answer.is_repeated else _SHOWS.get(answer.data["object"])
    return CallAnswer(object_id=answer.data["id"], snapshot=show(answer.data) if show else None)


def _as_text(call: str, about: str | None, params: dict[str, Any]) -> str:
    return json.dumps({"call": call, "about": about, "params": params}, ensure_ascii=False)
