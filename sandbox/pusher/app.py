"""The stand-in as an ASGI application: the WebSocket endpoint, the HTTP API and the control API."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import WebSocketRoute

from sandbox.pusher import api, control
from sandbox.pusher.app_state import PusherAppState
from sandbox.pusher.errors import HttpRefusal
from sandbox.pusher.faults import FaultMiddleware
from sandbox.pusher.socket_endpoint import serve_socket


def make_app(state: PusherAppState) -> Starlette:
    """The application over one state."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        posting = asyncio.create_task(state.webhooks.run())
        yield
        posting.cancel()

    app = Starlette(
        routes=[WebSocketRoute("/app/{key}", serve_socket), *api.ROUTES, *control.ROUTES],
        middleware=[Middleware(FaultMiddleware, faults=state.faults)],
        exception_handlers={HttpRefusal: _explain},
        lifespan=lifespan,
    )
    app.state.pusher = state
    return app


async def _explain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpRefusal)
    return PlainTextResponse(error.message + "\n", status_code=error.status)
