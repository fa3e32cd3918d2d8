"""The web server of the Pusher and mailbox stand-ins, with callbacks at start and end."""

import socket
from collections.abc import Callable
from typing import TypeVar

import uvicorn

State = TypeVar("State")

# Called with the served state and the function that stops the server.
ReadyCallback = Callable[[State, Callable[[], None]], None]


class StandInServer(uvicorn.Server):
    """Calls `ready` once the server listens, and `closing` before shutdown, so that waiting requests can end."""

    def __init__(self, config: uvicorn.Config, *, ready: Callable[[], None], closing: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._closing = closing

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing()
        await super().shutdown(sockets)

    def stop(self) -> None:
        """Request shutdown; serving ends soon after."""
        self.should_exit = True
