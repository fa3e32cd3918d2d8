"""The stand-in as an ASGI application: the socket door, the HTTP API and the control API."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import WebSocketRoute

from sandbox.pusher import api, control
from sandbox.pusher.conversation import serve_socket
from sandbox.pusher.errors import Refused
from sandbox.pusher.faults import FaultyApi
from sandbox.pusher.world import World


def make_app(world: World) -> Starlette:
    """The application around one world."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        posting = asyncio.create_task(world.webhooks.run())
        yield
        posting.cancel()

    app = Starlette(
        routes=[WebSocketRoute("/app/{key}", serve_socket), *api.ROUTES, *control.ROUTES],
        middleware=[Middleware(FaultyApi, faults=world.faults)],
        exception_handlers={Refused: _explain},
        lifespan=lifespan,
    )
    app.state.world = world
    return app


async def _explain(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return PlainTextResponse(error.message + "\n", status_code=error.status)
