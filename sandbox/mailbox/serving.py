"""Both doors of one mailbox, open in this thread until it is told to stop."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

import uvicorn

from sandbox.mailbox.faults import Faults
from sandbox.mailbox.mails import Mails
from sandbox.mailbox.smtp import Door, Login
from sandbox.mailbox.web import make_app


@dataclass(frozen=True, slots=True)
class Box:
    """What both doors lead to. Made inside the event loop, used from there only."""

    mails: Mails = field(default_factory=Mails)
    faults: Faults = field(default_factory=Faults)


Ready = Callable[[Box, Callable[[], None]], None]


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, *, ready: Callable[[], None], box: Box) -> None:
        super().__init__(config)
        self._ready = ready
        self._box = box

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._box.mails.close()
        await super().shutdown(sockets)


async def serve(smtp: socket.socket, http: socket.socket, *, login: Login | None, ready: Ready) -> None:
    """Serve on two listening sockets. `ready` gets the box, and what stops both servers."""
    box = Box()
    door = Door(box.mails, box.faults, login=login)

    def stop() -> None:
        server.should_exit = True

    config = uvicorn.Config(
        make_app(box.mails, box.faults),
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config, ready=lambda: ready(box, stop), box=box)
    smtp_server = await asyncio.get_running_loop().create_server(door.protocol, sock=smtp)
    try:
        await server.serve(sockets=[http])
    finally:
        smtp_server.close()
