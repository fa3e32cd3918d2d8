"""The hosted payment page: what the payer sees, and what a card typed into it does."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sandbox.stripe.desk import Desk
from sandbox.stripe.errors import Refusal
from sandbox.stripe.page_html import ended_page, missing_page, payment_page
from sandbox.stripe.payments import pay_with_card
from sandbox.stripe.world import Json


def router(desk: Desk) -> APIRouter:
    """GET shows the page; POST with the form field `card` pays: 303 on success, 402 if refused."""
    routes = APIRouter(prefix="/c/pay", include_in_schema=False)

    @routes.get("/{session_id}")
    async def show(session_id: str) -> Response:
        desk.world.clock.run_due()
        return _page(desk, session_id)

    @routes.post("/{session_id}")
    async def pay(session_id: str, request: Request) -> Response:
        world = desk.world
        world.clock.run_due()
        session = world.sessions.get(session_id)
        if session is None or session["status"] != "open":
            return _page(desk, session_id)
        form = parse_qs((await request.body()).decode())
        card = (form.get("number") or form.get("card") or [""])[0]
        try:
            pay_with_card(world, session, card, email=form.get("email", [None])[0])
        except Refusal as refusal:
            return _page(desk, session_id, refused=refusal)
        return RedirectResponse(_return_url(session), 303)

    return routes


def _page(desk: Desk, session_id: str, *, refused: Refusal | None = None) -> HTMLResponse:
    session = desk.world.sessions.get(session_id)
    business = desk.config.business_name
    if session is None:
        return HTMLResponse(missing_page(business), 404)
    if session["status"] != "open":
        status = 200 if session["status"] == "complete" else 410
        return HTMLResponse(ended_page(business, session), status)
    items = desk.world.line_items[session_id]
    problem = str(refused) if refused else None
    return HTMLResponse(
        payment_page(business, session, items=items, problem=problem),
        refused.status if refused else 200,
    )


def _return_url(session: Json) -> str:
    target: str = session["success_url"] or session["return_url"] or "/"
    return target.replace("{CHECKOUT_SESSION_ID}", session["id"])
