"""The HTTP side of the API: from a request to its log entry, its answer and Stripe's headers."""

from __future__ import annotations

import time

from fastapi import Request, Response

from sandbox.stripe.desk import Desk
from sandbox.stripe.errors import Refusal
from sandbox.stripe.forms import parse_form
from sandbox.stripe.idempotency import Answer
from sandbox.stripe.work import Asked, Dropped, answer, refused
from sandbox.stripe.world import API_VERSION, Cause, Json, new_id


async def serve(desk: Desk, request: Request) -> Response:
    """Answer one request to /v1, or cut its connection when a fault says so."""
    try:
        status, body, headers = await respond(desk, await _asked(request))
    except Dropped:
        request.state.transport.abort()
        return Response()
    return Response(body, status, headers, media_type="application/json")


async def respond(desk: Desk, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and Stripe's headers of the answer, noted in the desk's log; raises Dropped where there is none."""
    started = time.perf_counter()
    entry = _entry(asked, desk.world.clock.now())
    desk.requests.append(entry)
    try:
        given = await answer(desk, asked, entry)
    except Refusal as refusal:
        given = refused(refusal, asked.cause)
    except Dropped:
        entry["dropped"] = True
        raise
    entry |= {
        "status": given.status,
        "replayed": given.request_id != entry["id"],
        "milliseconds": round((time.perf_counter() - started) * 1000, 2),
    }
    return given.status, given.body, _headers(asked, given)


async def _asked(request: Request) -> Asked:
    body = (await request.body()).decode(errors="replace")
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    return Asked(
        method=request.method,
        path=request.url.path,
        encoded="&".join(part for part in (request.url.query, body) if part),
        authorization=request.headers.get("authorization"),
        version=request.headers.get("stripe-version"),
        cause=Cause(new_id("req"), key),
    )


def _entry(asked: Asked, now: int) -> Json:
    return {
        "id": asked.cause.request_id,
        "at": now,
        "method": asked.method,
        "path": asked.path,
        "params": parse_form(asked.encoded),
        "idempotency_key": asked.cause.idempotency_key,
        "status": None,
        "replayed": False,
        "dropped": False,
        "faults": [],
        "milliseconds": None,
    }


def _headers(asked: Asked, given: Answer) -> dict[str, str]:
    headers = {
        "Request-Id": asked.cause.request_id or "",
        "Stripe-Version": asked.version or API_VERSION,
        "Cache-Control": "no-cache, no-store",
    }
    if asked.cause.idempotency_key:
        headers["Idempotency-Key"] = asked.cause.idempotency_key
        headers["Original-Request"] = given.request_id
    if given.request_id != asked.cause.request_id:
        headers["Idempotent-Replayed"] = "true"
    if given.should_retry is not None:
        headers["Stripe-Should-Retry"] = str(given.should_retry).lower()
    return headers
