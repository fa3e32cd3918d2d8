"""A listening port with the application behind it, in this thread until it is told to stop."""

import socket

import uvicorn

from sandbox.pusher.app import make_app
from sandbox.pusher.lines import HttpLine, SocketLine
from sandbox.pusher.settings import Settings
from sandbox.pusher.world import World
from sandbox.serving import Ready, Server


async def serve(
    settings: Settings,
    listener: socket.socket,
    *,
    ready: Ready[World],
) -> None:
    """Serve on a listening socket. `ready` gets the world, and what stops the server."""
    world = World(settings)

    config = uvicorn.Config(
        make_app(world),
        http=HttpLine,
        ws=SocketLine,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = Server(config, ready=lambda: ready(world, server.end), closing=world.journal.close)
    await server.serve(sockets=[listener])
