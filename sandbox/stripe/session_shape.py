"""The JSON of a new Checkout Session."""

from __future__ import annotations

import secrets

from sandbox.stripe.metadata import merged
from sandbox.stripe.store import ApiCall, Json

_COPIED_PARAMS = (
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer_creation",
    "customer_email",
    "locale",
    "origin_context",
    "return_url",
    "submit_type",
    "success_url",
)
_TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")


def new_session(call: ApiCall, *, total: int, currency: str, expires_at: int) -> Json:
    """An open session; its intent is created by the first attempt to pay."""
    params = call.params
    session_id = f"cs_test_{secrets.token_hex(24)}"
    ui_mode = params.get("ui_mode", "hosted_page")
    hosted = ui_mode == "hosted_page"
    texts = params.get("custom_text") or {}
    return {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "client_secret": None if hosted else f"{session_id}_secret_{secrets.token_hex(12)}",
        "consent": None,
        "consent_collection": None,
        "created": call.store.clock.now(),
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {name: texts.get(name) or None for name in _TEXTS},
        "customer": None,
        "customer_details": None,
        "discounts": [],
        "expires_at": expires_at,
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "metadata": merged({}, params.get("metadata")),
        "mode": "payment",
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "subscription": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": ui_mode,
        "url": f"{call.public_url}/c/pay/{session_id}" if hosted else None,
        "wallet_options": None,
        **{name: params.get(name) for name in _COPIED_PARAMS},
    }
