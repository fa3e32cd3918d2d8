"""The hosted payment page."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sandbox.stripe.app_state import StripeAppState
from sandbox.stripe.errors import ApiError
from sandbox.stripe.page_html import ended_page, missing_page, payment_page
from sandbox.stripe.payments import pay_with_card
from sandbox.stripe.store import Json


def router(state: StripeAppState) -> APIRouter:
    """The routes of the page: GET shows the page, POST with the form field `card` pays (303, or 402 if declined)."""
    routes = APIRouter(prefix="/c/pay", include_in_schema=False)

    @routes.get("/{session_id}")
    async def show(session_id: str) -> Response:
        state.store.clock.run_due()
        return _page(state, session_id)

    @routes.post("/{session_id}")
    async def pay(session_id: str, request: Request) -> Response:
        store = state.store
        store.clock.run_due()
        session = store.sessions.get(session_id)
        if session is None or session["status"] != "open":
            return _page(state, session_id)
        form = parse_qs((await request.body()).decode())
        card = (form.get("number") or form.get("card") or [""])[0]
        try:
            pay_with_card(store, session, card, email=form.get("email", [None])[0])
        except ApiError as refusal:
            return _page(state, session_id, error=refusal)
        return RedirectResponse(_return_url(session), 303)

    return routes


def _page(state: StripeAppState, session_id: str, *, error: ApiError | None = None) -> HTMLResponse:
    session = state.store.sessions.get(session_id)
    business = state.config.business_name
    if session is None:
        return HTMLResponse(missing_page(business), 404)
    if session["status"] != "open":
        status = 200 if session["status"] == "complete" else 410
        return HTMLResponse(ended_page(business, session), status)
    items = state.store.line_items[session_id]
    problem = str(error) if error else None
    return HTMLResponse(
        payment_page(business, session, items=items, problem=problem),
        error.status if error else 200,
    )


def _return_url(session: Json) -> str:
    target: str = session["success_url"] or session["return_url"] or "/"
    return target.replace("{CHECKOUT_SESSION_ID}", session["id"])
