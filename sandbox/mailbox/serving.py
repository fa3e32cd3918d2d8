"""Both doors of one mailbox, open in this thread until it is told to stop."""

import asyncio
import socket
from dataclasses import dataclass, field

import uvicorn

from sandbox.mailbox.faults import Faults
from sandbox.mailbox.mails import Mails
from sandbox.mailbox.smtp import Door, Login
from sandbox.mailbox.web import make_app
from sandbox.serving import Ready, Server


@dataclass(frozen=True, slots=True)
class Box:
    """What both doors lead to. Made inside the event loop, used from there only."""

    mails: Mails = field(default_factory=Mails)
    faults: Faults = field(default_factory=Faults)


async def serve(smtp: socket.socket, http: socket.socket, *, login: Login | None, ready: Ready[Box]) -> None:
    """Serve on two listening sockets. `ready` gets the box, and what stops both servers."""
    box = Box()
    door = Door(box.mails, box.faults, login=login)

    config = uvicorn.Config(
        make_app(box.mails, box.faults),
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = Server(config, ready=lambda: ready(box, server.end), closing=box.mails.close)
    smtp_server = await asyncio.get_running_loop().create_server(door.protocol, sock=smtp)
    try:
        await server.serve(sockets=[http])
    finally:
        smtp_server.close()
