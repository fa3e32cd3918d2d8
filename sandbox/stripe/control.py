"""The control API of the Stripe stand-in: JSON in, JSON out, under /_control.

Records
  GET  /_control                       this text
  GET  /_control/journal               every money movement [?payment_intent=]: {entries: [{sequence,
                                       movement, amount, currency, payment_intent, charge, object, at,
                                       request_id, idempotency_key, metadata}]}
  GET  /_control/requests              API requests: {requests: [{id, at, method, path, params,
                                       idempotency_key, status, replayed, dropped, faults, milliseconds}]}
  GET  /_control/deliveries            webhook attempts: {deliveries: [{event, type, attempt, at, status,
                                       body, error, dropped, milliseconds}]}
  GET  /_control/violations            responses that violate the contract: {violations: [{where, problems}]}

Actions of payers, banks and time
  POST /_control/sessions/{id}/pay     {card?, email?} -> {session, payment_intent}; 402 if refused
  POST /_control/disputes              {charge | payment_intent, amount?, reason?, kind?: chargeback |
                                       inquiry} -> the dispute
  POST /_control/disputes/{id}/close   {status: won | lost} -> the dispute
  POST /_control/refunds/{id}/settle   {status: succeeded | failed, reason?} -> the refund
  GET  /_control/clock                 {now}
  POST /_control/clock/advance         {seconds} -> {now}; due sessions, holds and refunds end
  POST /_control/reset                 delete everything, faults and webhook settings included

Faults: each applies to the next `times` (default 1, null: all) requests matching method (exact), path
(regular expression) and `contains` (in the query or body, as in `metadata[refund_id]=7`)
  GET  /_control/faults                {faults: [{id, left, struck, …}]}
  POST /_control/faults                {kind: delay, path, seconds, when?: before | after}
                                       {kind: fail_before, path, status?: 500, drop?, store?}
                                       {kind: fail_after,  path, status?: 500, drop?, store?}
                                         store: the stored response for the key: fault (a 5xx's
                                         default), answer (after a drop) or nothing (a new attempt);
                                         should_retry?: overrides the Stripe-Should-Retry header
                                       {kind: decline, code?, decline_code?, for_good?}: captures are
                                         declined, with `for_good` also all later ones of the same intent
                                       {kind: refund, starts?: pending | succeeded, ends?: succeeded |
                                         failed, after?: seconds of the stand-in's clock}
  DELETE /_control/faults[/{id}]       remove all, or one

Webhooks
  GET  /_control/webhooks              {settings, drops, waiting}
  POST /_control/webhooks              any of {url, secrets, paused, copies, order: queued | reverse |
                                       shuffle, seed, delay, timeout, at_once, first_retry,
                                       longest_retry, attempts}; only events due together are reordered:
                                       pause, collect events, then resume
  POST /_control/webhooks/drop         {type?: regular expression, times?}: drop these events
  POST /_control/events/{id}/resend    send an event again

Settings
  GET  /_control/settings              {strict, hold_days, release_shows_as_refund}
  POST /_control/settings              any of them -> all. `release_shows_as_refund`: a partial capture's
                                       released rest shows in amount_refunded, with charge.refunded
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from sandbox.stripe import control_models as models
from sandbox.stripe.app_state import StripeAppState
from sandbox.stripe.control_faults import add_faults
from sandbox.stripe.control_webhooks import add_webhooks
from sandbox.stripe.disputes import close_dispute, open_dispute
from sandbox.stripe.payments import pay_with_card
from sandbox.stripe.refunds import settle
from sandbox.stripe.store import EventCause, Json, clone, find


def router(state: StripeAppState) -> APIRouter:
    """Every endpoint of the control API."""
    routes = APIRouter(prefix="/_control")
    _add_records(routes, state)
    _add_actions(routes, state)
    _add_settings(routes, state)
    add_faults(routes, state)
    add_webhooks(routes, state)
    return routes


def _add_records(routes: APIRouter, state: StripeAppState) -> None:
    @routes.get("", response_class=PlainTextResponse)
    async def documentation() -> str:
        return __doc__ or ""

    @routes.get("/journal")
    async def journal(payment_intent: str | None = None) -> Json:
        return {"entries": state.store.journal.entries(payment_intent)}

    @routes.get("/requests")
    async def requests() -> Json:
        return {"requests": list(state.requests)}

    @routes.get("/deliveries")
    async def deliveries() -> Json:
        return {"deliveries": list(state.webhooks.deliveries)}

    @routes.get("/violations")
    async def violations() -> Json:
        return {"violations": state.store.violations}


def _add_actions(routes: APIRouter, state: StripeAppState) -> None:
    @routes.post("/sessions/{session_id}/pay")
    async def pay(session_id: str, body: models.Pay) -> Json:
        store = state.store
        store.clock.run_due()
        session = find("checkout.session", store.sessions, session_id)
        pay_with_card(store, session, body.card, email=body.email)
        intent = store.intents[session["payment_intent"]]
        return clone({"session": session, "payment_intent": intent})

    @routes.post("/disputes")
    async def dispute(body: models.OpenDispute) -> Json:
        store, charge_id = state.store, body.charge
        if body.payment_intent:
            intent = find("payment_intent", store.intents, body.payment_intent)
            charge_id = intent["latest_charge"]
        opened = open_dispute(
            store,
            find("charge", store.charges, charge_id or ""),
            kind=body.kind,
            reason=body.reason,
            amount=body.amount,
            cause=EventCause(),
        )
        return clone(opened)

    @routes.post("/disputes/{dispute_id}/close")
    async def end_dispute(dispute_id: str, body: models.CloseDispute) -> Json:
        disputed = find("dispute", state.store.disputes, dispute_id)
        close_dispute(state.store, disputed, body.status, cause=EventCause())
        return clone(disputed)

    @routes.post("/refunds/{refund_id}/settle")
    async def settle_refund(refund_id: str, body: models.SettleRefund) -> Json:
        refund = find("refund", state.store.refunds, refund_id)
        settle(state.store, refund, body.status, body.reason)
        return clone(refund)


def _add_settings(routes: APIRouter, state: StripeAppState) -> None:
    @routes.get("/clock")
    async def clock() -> Json:
        return {"now": state.store.clock.now()}

    @routes.post("/clock/advance")
    async def advance(body: models.Advance) -> Json:
        state.store.clock.advance(body.seconds)
        return {"now": state.store.clock.now()}

    @routes.post("/reset")
    async def reset() -> Json:
        state.reset()
        await state.webhooks.wait_idle()
        return {"reset": True}

    @routes.get("/settings")
    async def settings() -> dict[str, Any]:
        return asdict(state.store.settings)

    @routes.post("/settings")
    async def change_settings(body: models.BehaviourChange) -> dict[str, Any]:
        for name, value in body.model_dump(exclude_none=True).items():
            setattr(state.store.settings, name, value)
        return asdict(state.store.settings)
