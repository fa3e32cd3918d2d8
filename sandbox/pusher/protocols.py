"""Uvicorn protocols that expose the TCP transport, so that a connection can be aborted without a close frame."""

import asyncio
from asyncio.transports import BaseTransport, Transport
from collections.abc import Callable
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_KEY = "sandbox.abort"


def abort_of(scope: Scope) -> Callable[[], None]:
    """The function that aborts the TCP connection of a request or socket."""
    return cast("Callable[[], None]", scope[_KEY])


def _with_abort(app: Any, transport: BaseTransport) -> ASGIApp:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        scope[_KEY] = cast("Transport", transport).abort
        await app(scope, receive, send)

    return call


class AbortableHttpProtocol(H11Protocol):
    """The HTTP protocol, which provides `abort_of` for every request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app = cast("Any", _with_abort(self.app, transport))


class AbortableWebSocketProtocol(WebSocketsSansIOProtocol):
    """The WebSocket protocol, which provides `abort_of` for every socket."""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.app = cast("Any", _with_abort(self.app, transport))
