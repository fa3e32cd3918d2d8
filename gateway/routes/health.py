"""Is the gateway alive, and does everything behind it answer?"""

import asyncio
from dataclasses import dataclass

from starlette.responses import Response

from chassis.observability import trace
from chassis.refusal import Refusal, Unavailable
from contracts.catalogue import OWNERS
from contracts.operations import Ping
from contracts.values import Caller, Context
from gateway.call import Call
from gateway.identity.admission import Audience
from gateway.operations import Routes

routes = Routes("operations", audience=Audience.OPERATOR)

PATIENCE = 2.0


@dataclass(frozen=True, kw_only=True)
class Alive:
    """The process runs."""

    status: str


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """`checks` says `up` or what is wrong, by dependency; `down` names those that are not up."""

    ready: bool
    down: tuple[str, ...]
    checks: dict[str, str]


@routes.get("/livez/", answers=Alive)
async def get_liveness(call: Call) -> Response:
    """Whether the gateway runs."""
    return call.answer(Alive(status="alive"))


@routes.get("/readyz/", answers=Readiness, also={503: ("Something is down; `down` names it.", Readiness)})
async def get_readiness(call: Call) -> Response:
    """Whether everything that requests need answers, and what does not."""
    names = ("database", *OWNERS)
    found = await asyncio.gather(_database(call), *(_service(call, owner) for owner in OWNERS))
    checks = {"broker": "up" if call.tools.bus.up else "down", **dict(zip(names, found, strict=True))}
    down = tuple(name for name, state in checks.items() if state != "up")
    return call.answer(Readiness(ready=not down, down=down, checks=checks), status=503 if down else 200)


async def _database(call: Call) -> str:
    try:
        await call.tools.accounts.ping()
    except Unavailable:
        return "down"
    return "up"


async def _service(call: Call, service: str) -> str:
    context = Context(caller=Caller(kind="system"), traceparent=trace.current())
    try:
        health, _ = await call.tools.bus.ask(Ping(), context, service=service, deadline=PATIENCE)
    except (Unavailable, Refusal):
        return "down"
    return "up" if health.ready else f"not ready: {', '.join(health.problems) or 'it does not say why'}"
