"""The ASGI application: one router of all operations and pages, inside the middleware."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from functools import cache

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from chassis import codec
from contracts.gateway.staff_accounts import GetStaffNames
from gateway.api.operations.metrics import metrics
from gateway.api.routes import operations
from gateway.app_state import AppState, make_app_state
from gateway.bus.ask_replies import Replies
from gateway.bus.rabbit import RabbitBus
from gateway.http.documents import json_document
from gateway.http.middleware import RequestMiddleware
from gateway.http.problems import problem_response
from gateway.http.routing import PlainRoute, router_of, routes_of
from gateway.identity.accounts import Accounts
from gateway.identity.passwords import Passwords
from gateway.lookups.staff_names import StaffNameLookup
from gateway.openapi.document import TITLE, VERSION, document
from gateway.openapi.responses import describe
from gateway.pages import pages
from gateway.settings import GatewaySettings

BROKER_WITHIN = 5.0
EXPOSED_HEADERS = ["ETag", "Idempotency-Replayed", "Location", "Retry-After", "X-Request-Id", "traceparent"]
ALLOWED_HEADERS = [
    "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Last-Event-ID", "X-Request-Id", "traceparent",
]  # fmt: skip


def build(state: AppState | None = None, *, settings: GatewaySettings) -> FastAPI:
    """The application. Without `state`, the application makes a state at startup and closes that state at shutdown."""
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        redirect_slashes=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=None if state else _lifespan(settings),
        exception_handlers={HTTPException: _on_http_exception},
    )
    routes = routes_of(operations(), describe=describe)
    app.openapi = cache(lambda: document(app.routes))  # type: ignore[method-assign]
    texts = (
        PlainRoute("/metrics", metrics),
        PlainRoute("/openapi.json", json_document(lambda: codec.encode(app.openapi()))),
    )
    app.router.routes[:0] = [router_of(routes), *routes, *pages(), *texts]
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=ALLOWED_HEADERS,
            expose_headers=EXPOSED_HEADERS,
            max_age=600,
        )
    app.add_middleware(RequestMiddleware)
    if state:
        app.state.app_state = state
    return app


def replies(names: StaffNameLookup) -> Replies:
    """The functions that reply to the queries that the gateway is asked."""
    return {GetStaffNames: names.answer}


def _lifespan(settings: GatewaySettings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        passwords = Passwords()
        await passwords.prepare()
        accounts = Accounts(
            settings.async_url,
            passwords=passwords,
            token_life=timedelta(hours=settings.token_hours),
            token_longest=timedelta(days=settings.token_days),
            throttle="login" in settings.limits,
        )
        names = StaffNameLookup(accounts.names)
        bus = RabbitBus(settings.amqp_url, settings.message_keys, replies=replies(names))
        await bus.start(wait=BROKER_WITHIN)
        app.state.app_state = make_app_state(settings, bus=bus, accounts=accounts, staff_names=names)
        try:
            yield
        finally:
            await bus.close()
            await accounts.close()

    return lifespan


async def _on_http_exception(request: Request, exception: Exception) -> Response:
    return problem_response(exception, request)
