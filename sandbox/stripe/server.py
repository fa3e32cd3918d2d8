"""The server: a socket with the application, in a thread for tests."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.in_process import InProcessServer
from sandbox.server import ReadyCallback
from sandbox.sockets import listen
from sandbox.stripe.app import build
from sandbox.stripe.app_state import StandInConfig, StripeAppState
from sandbox.stripe.client import StandInControl


class StripeStandIn(StandInControl):
    """A stand-in running in this process, controlled over HTTP."""

    def __init__(self, url: str, state: StripeAppState) -> None:
        super().__init__(url)
        self.state = state

    @classmethod
    @contextmanager
    def start(
        cls,
        *,
        webhook_url: str | None = None,
        webhook_secret: str | tuple[str, ...] = (),
        api_key: str | None = None,
        public_url: str | None = None,
        business_name: str = "HotelMate",
        strict: bool = True,
        host: str = "127.0.0.1",
        port: int = 0,
        data: Path | None = None,
    ) -> Iterator[Self]:
        """Serve in a thread until the block ends."""
        secrets = (webhook_secret,) if isinstance(webhook_secret, str) else webhook_secret
        config = StandInConfig(
            public_url=public_url or "",
            webhook_url=webhook_url,
            webhook_secrets=secrets,
            api_key=api_key,
            business_name=business_name,
            strict=strict,
            data=data,
        )
        listening, url, state = open_socket(config, host=host, port=port)
        with _StripeServer(listening, state).launch(), closing(cls(url, state)) as stand_in:
            yield stand_in


class _StripeServer(InProcessServer[StripeAppState]):
    """The server in a thread."""

    def __init__(self, listening: socket.socket, state: StripeAppState) -> None:
        super().__init__("Stripe stand-in")
        self._listening = listening
        self._served = state

    def serve(self, ready: ReadyCallback[StripeAppState]) -> Coroutine[Any, Any, None]:
        """Serve the API; the server closes the socket at its end."""

        def stop() -> None:
            server.should_exit = True

        server = uvicorn_server(self._served, ready=lambda: ready(self._served, stop))
        return server.serve(sockets=[self._listening])


def open_socket(config: StandInConfig, *, host: str, port: int) -> tuple[socket.socket, str, StripeAppState]:
    """A listening socket (port 0: any free port), its URL, and a state with that URL."""
    listening = listen(host, port)
    url = f"http://{host}:{listening.getsockname()[1]}"
    return listening, url, StripeAppState(replace(config, public_url=config.public_url or url))


def uvicorn_server(state: StripeAppState, *, ready: Callable[[], None] = lambda: None) -> uvicorn.Server:
    config = uvicorn.Config(
        build(state, ready=ready),
        http=_DroppableProtocol,
        ws="none",
        loop="asyncio",
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


class _DroppableProtocol(H11Protocol):
    """HTTP with `request.state.transport`, so that a request can abort its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}
