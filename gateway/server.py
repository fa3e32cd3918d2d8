"""The HTTP server around the application."""

import asyncio
import signal
import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from chassis.observability import logs
from gateway.http.connection import HttpConnection, StoppableState, close_overdue
from gateway.http.proxies import TrustedProxies
from gateway.settings import GatewaySettings

STOP_WITHIN = 8

log = logs.logger(__name__)


class GatewayServer(uvicorn.Server):
    """A Uvicorn server that closes the connections of clients that take too long, and that stops in order.

    From SIGTERM on, `/readyz/` says so, every response closes its connection, and the event streams end. For
    `drain_seconds` new connections are still taken, until every balancer has noticed. Then the server closes its
    listener and the idle connections, and ends once every request that it has received is answered. SIGINT, and a
    second SIGTERM, leave the drain out.
    """

    server_state: StoppableState

    def __init__(self, app: FastAPI, settings: GatewaySettings) -> None:
        self._app = app
        self._drain_seconds = settings.drain_seconds
        self._ends_at: float | None = None
        config = uvicorn.Config(
            TrustedProxies(app, settings.proxies),
            host=settings.host,
            port=settings.port,
            http=HttpConnection,
            ws="none",
            access_log=False,
            log_config=None,
            lifespan="on",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_WITHIN,
        )
        super().__init__(config)
        self.server_state = StoppableState()

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second: close the overdue connections once a second, and end the drain."""
        now = asyncio.get_running_loop().time()
        if counter % 10 == 0:
            close_overdue(self.server_state.connections, now)
        if self.server_state.stopping:
            self._ends_at = self._ends_at or now + self._drain_seconds
            self.should_exit = self.should_exit or now >= self._ends_at
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop."""
        log.info("stopping", signal=signal.Signals(sig).name)
        again, self.server_state.stopping = self.server_state.stopping, True
        for connection in list(self.server_state.connections):
            if isinstance(connection, HttpConnection):
                connection.close_after_response()
        state = getattr(self._app.state, "app_state", None)
        if state:
            state.stopping.set()
            state.bus.interrupt()
        if sig == signal.SIGTERM and self._drain_seconds and self.started and not again:
            self._captured_signals.append(sig)
        else:
            super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take the connections that clients have opened already, then close the listener, and so on."""
        self.server_state.stopping = True
        await asyncio.sleep(0)
        await super().shutdown(sockets)
