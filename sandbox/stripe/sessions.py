"""The lifecycle of a Checkout Session: open, then complete or expired."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

from sandbox.stripe import intents, listing
from sandbox.stripe.currencies import check_charge
from sandbox.stripe.errors import invalid
from sandbox.stripe.line_items import line_items
from sandbox.stripe.metadata import merged
from sandbox.stripe.session_shape import new_session
from sandbox.stripe.store import ApiCall, EventCause, Json, StripeStore, find

_SHORTEST = 30 * 60
_LONGEST = 24 * 60 * 60
_LONGEST_REFERENCE = 200


def create(call: ApiCall) -> Json:
    store, params = call.store, call.params
    if params.get("mode", "payment") != "payment":
        raise invalid("The stand-in knows mode `payment` only.", param="mode")
    _check_urls(params)
    if len(params.get("client_reference_id", "")) > _LONGEST_REFERENCE:
        raise invalid("Invalid client_reference_id: too long", param="client_reference_id")
    expires_at = _expiry(store.clock.now(), params)
    items = line_items(store, params)
    currency = items[0]["currency"]
    total = sum(item["amount_total"] for item in items)
    check_charge(total, currency, param="line_items")
    session = new_session(call, total=total, currency=currency, expires_at=expires_at)
    store.line_items[session["id"]] = items
    store.payment_intent_data[session["id"]] = params.get("payment_intent_data", {})
    store.sessions[session["id"]] = session
    store.clock.call_at(expires_at, partial(expire_if_open, store, session))
    return session


def read(call: ApiCall) -> Json:
    return find("checkout.session", call.store.sessions, call.id)


def search(call: ApiCall) -> Json:
    sessions = call.store.sessions
    url = "/v1/checkout/sessions"
    return listing.page(call, "checkout.session", sessions, url=url, match=("payment_intent", "status"))


def read_line_items(call: ApiCall) -> Json:
    session = read(call)
    items = {item["id"]: item for item in reversed(call.store.line_items[session["id"]])}
    return listing.page(call, "item", items, url=f"/v1/checkout/sessions/{call.id}/line_items")


def update(call: ApiCall) -> Json:
    session = read(call)
    session["metadata"] = merged(session["metadata"], call.params.get("metadata"))
    return session


def expire(call: ApiCall) -> Json:
    session = read(call)
    if session["status"] != "open":
        raise invalid(
            "Only Checkout Sessions with a status in ['open'] can be expired. This Checkout "
            f"Session has a status of '{session['status']}'."
        )
    end_unpaid(call.store, session, call.cause)
    return session


def end_unpaid(store: StripeStore, session: Json, cause: EventCause) -> None:
    """Expire an open session and cancel its intent, if a declined card has created one."""
    session |= {"status": "expired", "url": None}
    store.publish("checkout.session.expired", session, cause)
    intent_id = store.intent_of_session.get(session["id"])
    if intent_id:
        intents.void(store, store.intents[intent_id], "automatic", cause=cause)


def expire_if_open(store: StripeStore, session: Json) -> None:
    if session["status"] == "open":
        end_unpaid(store, session, EventCause())


def _expiry(now: int, params: Json) -> int:
    expires_at: int = params.get("expires_at", now + _LONGEST)
    if expires_at < now + _SHORTEST:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
            param="expires_at",
        )
    if expires_at > now + _LONGEST:
        raise invalid(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return expires_at


def _check_urls(params: Json) -> None:
    hosted = params.get("ui_mode", "hosted_page") == "hosted_page"
    if hosted and "success_url" not in params:
        raise invalid("Missing required param: success_url.", param="success_url", code="parameter_missing")
    for name in ("success_url", "cancel_url", "return_url"):
        if name not in params:
            continue
        if hosted == (name == "return_url"):
            mode = params.get("ui_mode", "hosted_page")
            raise invalid(f"`{name}` cannot be used with `ui_mode: {mode}`.", param=name)
        parts = urlsplit(params[name])
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise invalid("Not a valid URL", param=name, code="url_invalid")
