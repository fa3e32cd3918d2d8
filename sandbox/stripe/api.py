"""The HTTP layer of the API: log entry, response and Stripe's headers for each request."""

from __future__ import annotations

import time

from fastapi import Request, Response

from sandbox.stripe.app_state import StripeAppState
from sandbox.stripe.errors import ApiError
from sandbox.stripe.forms import parse_form
from sandbox.stripe.idempotency import ApiResponse
from sandbox.stripe.pipeline import ConnectionDropped, StripeRequest, error_response, process
from sandbox.stripe.store import API_VERSION, EventCause, Json, new_id


async def serve(state: StripeAppState, request: Request) -> Response:
    """Respond to one request to /v1, or abort its connection if a fault drops it."""
    try:
        status, body, headers = await respond(state, await _api_request(request))
    except ConnectionDropped:
        request.state.transport.abort()
        return Response()
    return Response(body, status, headers, media_type="application/json")


async def respond(state: StripeAppState, api_request: StripeRequest) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and Stripe's headers of the response, recorded in the request log. Raises ConnectionDropped."""
    started = time.perf_counter()
    entry = _entry(api_request, state.store.clock.now())
    state.requests.append(entry)
    try:
        response = await process(state, api_request, entry)
    except ApiError as refusal:
        response = error_response(refusal, api_request.cause)
    except ConnectionDropped:
        entry["dropped"] = True
        raise
    entry |= {
        "status": response.status,
        "replayed": response.request_id != entry["id"],
        "milliseconds": round((time.perf_counter() - started) * 1000, 2),
    }
    return response.status, response.body, _headers(api_request, response)


async def _api_request(request: Request) -> StripeRequest:
    body = (await request.body()).decode(errors="replace")
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    return StripeRequest(
        method=request.method,
        path=request.url.path,
        encoded="&".join(part for part in (request.url.query, body) if part),
        authorization=request.headers.get("authorization"),
        version=request.headers.get("stripe-version"),
        cause=EventCause(new_id("req"), key),
    )


def _entry(api_request: StripeRequest, now: int) -> Json:
    return {
        "id": api_request.cause.request_id,
        "at": now,
        "method": api_request.method,
        "path": api_request.path,
        "params": parse_form(api_request.encoded),
        "idempotency_key": api_request.cause.idempotency_key,
        "status": None,
        "replayed": False,
        "dropped": False,
        "faults": [],
        "milliseconds": None,
    }


def _headers(api_request: StripeRequest, response: ApiResponse) -> dict[str, str]:
    headers = {
        "Request-Id": api_request.cause.request_id or "",
        "Stripe-Version": api_request.version or API_VERSION,
        "Cache-Control": "no-cache, no-store",
    }
    if api_request.cause.idempotency_key:
        headers["Idempotency-Key"] = api_request.cause.idempotency_key
        headers["Original-Request"] = response.request_id
    if response.request_id != api_request.cause.request_id:
        headers["Idempotent-Replayed"] = "true"
    if response.should_retry is not None:
        headers["Stripe-Should-Retry"] = str(response.should_retry).lower()
    return headers
