"""Liveness of the gateway, and readiness of everything behind it."""

import asyncio

from starlette.responses import Response

from chassis.observability import trace
from chassis.refusal import Refusal, Unavailable
from contracts.catalogue import OWNERS
from contracts.operations import Ping
from contracts.values import Caller, Context
from gateway.api.operations.responses import Alive, Readiness
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("operations", audience=Audience.OPERATOR)

PING_WITHIN = 2.0  # seconds


@routes.get("/livez/", response=Alive)
async def get_liveness(request: ApiRequest) -> Response:
    """Check liveness."""
    return request.respond(Alive(status="alive"))


@routes.get(
    "/readyz/", response=Readiness, other_responses={503: ("A dependency is down; `down` names it.", Readiness)}
)
async def get_readiness(request: ApiRequest) -> Response:
    """Check readiness.

    Ready means that broker, database and every service answer.
    """
    names = ("database", *OWNERS)
    states = await asyncio.gather(_database(request), *(_service(request, owner) for owner in OWNERS))
    checks = {"broker": "up" if request.app_state.bus.up else "down", **dict(zip(names, states, strict=True))}
    down = tuple(name for name, state in checks.items() if state != "up")
    return request.respond(Readiness(ready=not down, down=down, checks=checks), status=503 if down else 200)


async def _database(request: ApiRequest) -> str:
    try:
        await request.app_state.accounts.ping()
    except Unavailable:
        return "down"
    return "up"


async def _service(request: ApiRequest, service: str) -> str:
    context = Context(caller=Caller(kind="system"), traceparent=trace.current())
    try:
        health, _ = await request.app_state.bus.ask(Ping(), context, service=service, deadline=PING_WITHIN)
    except (Unavailable, Refusal):
        return "down"
    return "up" if health.ready else f"not ready: {', '.join(health.problems) or 'no reason given'}"
