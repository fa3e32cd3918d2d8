"""Liveness of the gateway, and readiness of everything that the gateway needs."""

from starlette.responses import Response

from gateway.api.operations.responses import Alive, Readiness
from gateway.http.request import ApiRequest
from gateway.http.routing import Routes
from gateway.identity.admission import Audience
from gateway.lookups.readiness import UP

routes = Routes("operations", audience=Audience.OPERATOR)


@routes.get("/livez/", response=Alive)
async def get_liveness(request: ApiRequest) -> Response:
    """Check liveness."""
    return request.respond(Alive(status="alive"))


@routes.get(
    "/readyz/", response=Readiness, other_responses={503: ("A dependency is down; `down` names it.", Readiness)}
)
async def get_readiness(request: ApiRequest) -> Response:
    """Check readiness.

    The gateway is ready when the broker, the database and every service answer. The state is at most a second old.
    A gateway that stops is not ready from then on: `gateway` says so.
    """
    checks = await request.app_state.readiness.checks()
    if request.app_state.stopping.is_set():
        checks = {"gateway": "stopping", **checks}
    down = tuple(name for name, check in checks.items() if check != UP)
    return request.respond(Readiness(ready=not down, down=down, checks=checks), status=503 if down else 200)
