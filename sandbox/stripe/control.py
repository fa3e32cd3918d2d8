"""The control of the Stripe stand-in: JSON in, JSON out, under /_control.

What happened
  GET  /_control                       this text
  GET  /_control/journal               every money movement [?payment_intent=]: {entries: [{sequence,
                                       movement, amount, currency, payment_intent, charge, object, at,
                                       request_id, idempotency_key, metadata}]}
  GET  /_control/requests              what was asked: {requests: [{id, at, method, path, params,
                                       idempotency_key, status, replayed, dropped, faults, milliseconds}]}
  GET  /_control/deliveries            webhook attempts: {deliveries: [{event, type, attempt, at, status,
                                       body, error, dropped, milliseconds}]}
  GET  /_control/violations            answers that broke the contract: {violations: [{where, problems}]}

What people, banks and time do
  POST /_control/sessions/{id}/pay     {card?, email?} -> {session, payment_intent}; 402 if refused
  POST /_control/disputes              {charge | payment_intent, amount?, reason?, kind?: chargeback |
                                       inquiry} -> the dispute
  POST /_control/disputes/{id}/close   {status: won | lost} -> the dispute
  POST /_control/refunds/{id}/settle   {status: succeeded | failed, reason?} -> the refund
  GET  /_control/clock                 {now}
  POST /_control/clock/advance         {seconds} -> {now}; sessions, holds and refunds come due
  POST /_control/reset                 forget everything, faults and webhook settings included

Faults: each strikes the next `times` (default 1, null: all) requests matching method (exact), path
(regular expression) and `contains` (in the query or body, as in `metadata[refund_id]=7`)
  GET  /_control/faults                {faults: [{id, left, struck, …}]}
  POST /_control/faults                {kind: delay, path, seconds, when?: before | after}
                                       {kind: fail_before, path, status?: 500, drop?, store?}
                                       {kind: fail_after,  path, status?: 500, drop?, store?}
                                         store: what a repetition of the key gets: fault (a 5xx's
                                         default), answer (after a drop) or nothing (a new attempt);
                                         should_retry?: overrides the Stripe-Should-Retry header
                                       {kind: decline, code?, decline_code?, for_good?}: captures are
                                         refused, `for_good` every later one of the same intent too
                                       {kind: refund, starts?: pending | succeeded, ends?: succeeded |
                                         failed, after?: seconds of the stand-in's clock}
  DELETE /_control/faults[/{id}]       lift all, or one

Webhooks
  GET  /_control/webhooks              {settings, drops, waiting}
  POST /_control/webhooks              any of {url, secrets, paused, copies, order: queued | reverse |
                                       shuffle, seed, delay, timeout, at_once, first_retry,
                                       longest_retry, attempts}; reordering is of what is due together,
                                       so pause, let events gather, then resume
  POST /_control/webhooks/drop         {type?: regular expression, times?}: lose these events
  POST /_control/events/{id}/resend    send an event again

Settings
  GET  /_control/settings              {strict, hold_days, release_shows_as_refund}
  POST /_control/settings              any of them -> all. `release_shows_as_refund`: what a partial
                                       capture releases shows in amount_refunded, with charge.refunded
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from sandbox.stripe import control_models as said
from sandbox.stripe.control_faults import add_faults
from sandbox.stripe.control_webhooks import add_webhooks
from sandbox.stripe.desk import Desk
from sandbox.stripe.disputes import close_dispute, open_dispute
from sandbox.stripe.payments import pay_with_card
from sandbox.stripe.refunds import settle
from sandbox.stripe.world import Cause, Json, clone, find


def router(desk: Desk) -> APIRouter:
    """Every endpoint of the control, for one desk."""
    routes = APIRouter(prefix="/_control")
    _add_history(routes, desk)
    _add_doings(routes, desk)
    _add_settings(routes, desk)
    add_faults(routes, desk)
    add_webhooks(routes, desk)
    return routes


def _add_history(routes: APIRouter, desk: Desk) -> None:
    @routes.get("", response_class=PlainTextResponse)
    async def documentation() -> str:
        return __doc__ or ""

    @routes.get("/journal")
    async def journal(payment_intent: str | None = None) -> Json:
        return {"entries": desk.world.journal.entries(payment_intent)}

    @routes.get("/requests")
    async def requests() -> Json:
        return {"requests": list(desk.requests)}

    @routes.get("/deliveries")
    async def deliveries() -> Json:
        return {"deliveries": list(desk.courier.deliveries)}

    @routes.get("/violations")
    async def violations() -> Json:
        return {"violations": desk.world.violations}


def _add_doings(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/sessions/{session_id}/pay")
    async def pay(session_id: str, body: said.Pay) -> Json:
        world = desk.world
        world.clock.run_due()
        session = find("checkout.session", world.sessions, session_id)
        pay_with_card(world, session, body.card, email=body.email)
        intent = world.intents[session["payment_intent"]]
        return clone({"session": session, "payment_intent": intent})

    @routes.post("/disputes")
    async def dispute(body: said.OpenDispute) -> Json:
        world, charge_id = desk.world, body.charge
        if body.payment_intent:
            intent = find("payment_intent", world.intents, body.payment_intent)
            charge_id = intent["latest_charge"]
        opened = open_dispute(
            world,
            find("charge", world.charges, charge_id or ""),
            kind=body.kind,
            reason=body.reason,
            amount=body.amount,
            cause=Cause(),
        )
        return clone(opened)

    @routes.post("/disputes/{dispute_id}/close")
    async def end_dispute(dispute_id: str, body: said.CloseDispute) -> Json:
        disputed = find("dispute", desk.world.disputes, dispute_id)
        close_dispute(desk.world, disputed, body.status, cause=Cause())
        return clone(disputed)

    @routes.post("/refunds/{refund_id}/settle")
    async def settle_refund(refund_id: str, body: said.SettleRefund) -> Json:
        refund = find("refund", desk.world.refunds, refund_id)
        settle(desk.world, refund, body.status, body.reason)
        return clone(refund)


def _add_settings(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/clock")
    async def clock() -> Json:
        return {"now": desk.world.clock.now()}

    @routes.post("/clock/advance")
    async def advance(body: said.Advance) -> Json:
        desk.world.clock.advance(body.seconds)
        return {"now": desk.world.clock.now()}

    @routes.post("/reset")
    async def reset() -> Json:
        desk.reset()
        await desk.courier.land()
        return {"reset": True}

    @routes.get("/settings")
    async def settings() -> dict[str, Any]:
        return asdict(desk.world.settings)

    @routes.post("/settings")
    async def change_settings(body: said.ChangeSettings) -> dict[str, Any]:
        for name, value in body.model_dump(exclude_none=True).items():
            setattr(desk.world.settings, name, value)
        return asdict(desk.world.settings)
