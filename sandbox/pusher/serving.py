"""A listening port with the application behind it, in this thread until it is told to stop."""

import socket
from collections.abc import Callable

import uvicorn

from sandbox.pusher.app import make_app
from sandbox.pusher.lines import HttpLine, SocketLine
from sandbox.pusher.settings import Settings
from sandbox.pusher.world import World


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, *, ready: Callable[[], None], world: World) -> None:
        super().__init__(config)
        self._ready = ready
        self._world = world

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._world.journal.close()
        await super().shutdown(sockets)


async def serve(
    settings: Settings,
    listener: socket.socket,
    *,
    ready: Callable[[World, Callable[[], None]], None],
) -> None:
    """Serve on a listening socket. `ready` gets the world, and what stops the server."""
    world = World(settings)

    def stop() -> None:
        server.should_exit = True

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
    server = _Server(config, ready=lambda: ready(world, stop), world=world)
    await server.serve(sockets=[listener])
