"""Serves the application on a listening socket, in the current thread until stopped."""

import socket

import uvicorn

from sandbox.pusher.app import make_app
from sandbox.pusher.app_state import PusherAppState
from sandbox.pusher.protocols import AbortableHttpProtocol, AbortableWebSocketProtocol
from sandbox.pusher.settings import PusherAppSettings
from sandbox.server import ReadyCallback, StandInServer


async def serve(
    settings: PusherAppSettings,
    listener: socket.socket,
    *,
    ready: ReadyCallback[PusherAppState],
) -> None:
    """Serve on a listening socket. `ready` is called with the state and the function that stops the server."""
    state = PusherAppState(settings)

    config = uvicorn.Config(
        make_app(state),
        http=AbortableHttpProtocol,
        ws=AbortableWebSocketProtocol,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = StandInServer(config, ready=lambda: ready(state, server.stop), closing=state.event_log.close)
    await server.serve(sockets=[listener])
