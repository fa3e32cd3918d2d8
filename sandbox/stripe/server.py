"""The server: a socket with the application, in a thread for tests."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.sockets import listen
from sandbox.stripe.app import build
from sandbox.stripe.app_state import StandInConfig, StripeAppState
from sandbox.stripe.client import StandInControl

_START_WITHIN = 10.0
_END_WITHIN = 10.0


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
        started = threading.Event()
        server = uvicorn_server(state, ready=started.set)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        if not started.wait(_START_WITHIN):
            raise TimeoutError("the Stripe stand-in did not start")
        stand_in = cls(url, state)
        try:
            yield stand_in
        finally:
            stand_in.close()
            server.should_exit = True
            thread.join(_END_WITHIN)
            listening.close()
            if thread.is_alive():
                raise TimeoutError("the Stripe stand-in did not end")


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
