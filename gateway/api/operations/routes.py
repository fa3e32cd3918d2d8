"""Liveness of the gateway, and readiness of everything that the gateway needs."""

import asyncio

from starlette.responses import Response

from chassis.refusal import Unavailable
from contracts.operations import Health, Ping
from gateway.api.operations.responses import Alive, Readiness
from gateway.app_state import AppState
from gateway.bus.port import ask_every_service
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience

routes = Routes("operations", audience=Audience.OPERATOR)


@routes.get("/livez/", response=Alive)
async def get_liveness(request: ApiRequest) -> Response:
    """Check liveness."""
    return request.respond(Alive(status="alive"))


@routes.get(
    "/readyz/", response=Readiness, other_responses={503: ("A dependency is down; `down` names it.", Readiness)}
)
async def get_readiness(request: ApiRequest) -> Response:
    """Check readiness. The gateway is ready when the broker, the database and every service answer."""
    state = request.app_state
    database, replies = await asyncio.gather(_database(state), ask_every_service(state.bus, Ping()))
    services = {service: _health(reply) for service, reply in replies.items()}
    checks = {"broker": "up" if state.bus.up else "down", "database": database, **services}
    down = tuple(name for name, check in checks.items() if check != "up")
    return request.respond(Readiness(ready=not down, down=down, checks=checks), status=503 if down else 200)


async def _database(state: AppState) -> str:
    try:
        await state.accounts.ping()
    except Unavailable:
        return "down"
    return "up"


def _health(reply: Health | None) -> str:
    if reply is None:
        return "down"
    return "up" if reply.ready else f"not ready: {', '.join(reply.problems) or 'no reason given'}"
