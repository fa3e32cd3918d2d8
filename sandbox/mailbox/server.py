"""Serves SMTP and HTTP for one mailbox, in the current thread until stopped."""

import asyncio
import socket
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from sandbox.mailbox.faults import MailFaults
from sandbox.mailbox.smtp import SmtpHandler, SmtpLogin
from sandbox.mailbox.store import MailStore
from sandbox.mailbox.web import make_app
from sandbox.records import Records
from sandbox.server import ReadyCallback, StandInServer


@dataclass(frozen=True, slots=True)
class MailboxState:
    """The state shared by SMTP and HTTP. Created and used in the event loop only."""

    mails: MailStore = field(default_factory=MailStore)
    faults: MailFaults = field(default_factory=MailFaults)


async def serve(
    smtp: socket.socket,
    http: socket.socket,
    *,
    login: SmtpLogin | None,
    ready: ReadyCallback[MailboxState],
    data: Path | None = None,
) -> None:
    """Serve on two listening sockets. `ready` is called with the state and the function that stops both servers.

    Mails are stored in the directory `data`, or in memory.
    """
    state = MailboxState(mails=MailStore(Records(data) if data else None))
    handler = SmtpHandler(state.mails, state.faults, login=login)

    config = uvicorn.Config(
        make_app(state.mails, state.faults),
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = StandInServer(config, ready=lambda: ready(state, server.stop), closing=state.mails.close)
    smtp_server = await asyncio.get_running_loop().create_server(handler.protocol, sock=smtp)
    try:
        await server.serve(sockets=[http])
    finally:
        smtp_server.close()
