"""The ASGI application: declared routes behind one switchboard, inside the edge."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway import problems
from gateway.bus import RabbitBus
from gateway.edge import Edge
from gateway.identity.accounts import Accounts
from gateway.identity.passwords import Passwords
from gateway.metrics import metrics
from gateway.openapi import TITLE, VERSION, document
from gateway.operations import doors, switchboard
from gateway.pages import pages
from gateway.routes import operations
from gateway.settings import GatewaySettings
from gateway.tools import Tools, equipped

BROKER_WITHIN = 5.0
EXPOSED = ["ETag", "Idempotency-Replayed", "Location", "Retry-After", "X-Request-Id", "traceparent"]
ACCEPTED = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "Last-Event-ID",
    "X-Request-Id",
    "traceparent",
]


def build(tools: Tools | None = None, *, settings: GatewaySettings) -> FastAPI:
    """The application. Without tools it makes its own when it starts, and lets go of them when it ends."""
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        lifespan=None if tools else _equipping(settings),
        exception_handlers={HTTPException: _refused},
    )
    declared = doors(operations())
    app.router.routes[:0] = [switchboard(declared), *declared, *pages(), Route("/metrics", metrics)]
    app.openapi = _documenting(app)  # type: ignore[method-assign]
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=ACCEPTED,
            expose_headers=EXPOSED,
            max_age=600,
        )
    app.add_middleware(Edge)
    if tools:
        app.state.tools = tools
    return app


def _equipping(settings: GatewaySettings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def equipping(app: FastAPI) -> AsyncIterator[None]:
        accounts = Accounts(settings.async_url, passwords=Passwords(), token_life=timedelta(hours=settings.token_hours))
        bus = await RabbitBus(settings.amqp_url).start(wait=BROKER_WITHIN)
        app.state.tools = equipped(settings, bus=bus, accounts=accounts)
        try:
            yield
        finally:
            await bus.close()
            await accounts.close()

    return equipping


def _documenting(app: FastAPI) -> Callable[[], dict[str, object]]:
    def documented() -> dict[str, object]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app.routes)
        return app.openapi_schema

    return documented


async def _refused(request: Request, problem: Exception) -> Response:
    return problems.answered(problem, request)
