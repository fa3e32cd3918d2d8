"""The HTTP server around the application."""

import asyncio
import signal
from types import FrameType

import uvicorn
from fastapi import FastAPI

from chassis.observability import logs
from gateway.http.connection import HttpConnection, close_overdue
from gateway.http.proxies import TrustedProxies
from gateway.settings import GatewaySettings

STOP_WITHIN = 8

log = logs.logger(__name__)


class GatewayServer(uvicorn.Server):
    """A Uvicorn server that closes the connections of clients that take too long.

    On a stop signal the event streams end, because Uvicorn waits for open responses.
    """

    def __init__(self, app: FastAPI, settings: GatewaySettings) -> None:
        self._app = app
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

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second: close the overdue connections once a second."""
        if counter % 10 == 0:
            close_overdue(self.server_state.connections, asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take no new connections, end the event streams, and let running requests finish."""
        log.info("stopping", signal=signal.Signals(sig).name)
        state = getattr(self._app.state, "app_state", None)
        if state:
            state.stopping.set()
            state.bus.interrupt()
        super().handle_exit(sig, frame)
