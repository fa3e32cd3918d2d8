"""A web server that says when it listens, and that sends home whoever waits before it ends."""

import socket
from collections.abc import Callable
from typing import TypeVar

import uvicorn

World = TypeVar("World")

# Called with what is served and with what stops it.
Ready = Callable[[World, Callable[[], None]], None]


class Server(uvicorn.Server):
    """`ready` is called once it listens, `closing` before it ends."""

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

    def end(self) -> None:
        """Stop serving, soon."""
        self.should_exit = True
