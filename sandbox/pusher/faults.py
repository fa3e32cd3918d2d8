"""Faults on demand for the HTTP API: failures, delays and dropped connections."""

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.faults import FaultQueue, QueuedFault, check_status
from sandbox.pusher.protocols import abort_of


class ApiFaultMode(StrEnum):
    """The kinds of fault."""

    FAIL_BEFORE = "fail_before"
    """Responds with the status without processing the request."""
    FAIL_AFTER = "fail_after"
    """Processes the request, then responds with the status."""
    DELAY = "delay"
    """Waits, then processes the request."""
    DROP_CONNECTION = "drop_connection"
    """Aborts the connection without processing the request."""


@dataclass(slots=True, kw_only=True)
class ApiFault(QueuedFault):
    """One fault of the HTTP API, for a number of requests."""

    MODES = ApiFaultMode

    mode: ApiFaultMode
    status: int = 500

    def check(self) -> None:
        """Raise `ValueError` unless the fault is possible."""
        QueuedFault.check(self)
        check_status("status", self.status)


class ApiFaults(FaultQueue[ApiFault]):
    """The faults of the next requests."""


class FaultMiddleware:
    """Middleware that applies faults to the public API, never to the control API."""

    def __init__(self, app: ASGIApp, *, faults: ApiFaults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["type"] == "http" and scope["path"].startswith(("/apps/", "/users/"))
        fault = self._faults.take() if is_api else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        failure = PlainTextResponse("fault on demand", status_code=fault.status)
        match fault.mode:
            case ApiFaultMode.FAIL_BEFORE:
                await failure(scope, receive, send)
            case ApiFaultMode.FAIL_AFTER:
                await self._app(scope, receive, _discard)
                await failure(scope, receive, send)
            case ApiFaultMode.DELAY:
                receive = await _read_ahead(receive)
                await asyncio.sleep(fault.seconds)
                await self._app(scope, receive, send)
            case ApiFaultMode.DROP_CONNECTION:
                abort_of(scope)()


async def _read_ahead(receive: Receive) -> Receive:
    """Read the whole request now, so that it is processed even if the client disconnects."""
    messages = deque([await receive()])
    while messages[-1].get("more_body"):
        messages.append(await receive())

    async def replay() -> Message:
        return messages.popleft() if messages else await receive()

    return replay


async def _discard(message: Message) -> None:
    """Drop a response message."""
