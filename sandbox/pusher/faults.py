"""Faults on demand: the API fails, dawdles or hangs up as often as it was told to."""

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.pusher.errors import Refused
from sandbox.pusher.lines import abort_of
from sandbox.trouble import Row, Trouble, check_status


class Mode(StrEnum):
    """What goes wrong."""

    FAIL_BEFORE = "fail_before"
    """Answers with the status and does nothing."""
    FAIL_AFTER = "fail_after"
    """Does what was asked, then answers with the status."""
    DELAY = "delay"
    """Waits, then does what was asked."""
    DROP_CONNECTION = "drop_connection"
    """Does nothing and cuts the connection without an answer."""


@dataclass(slots=True, kw_only=True)
class Fault(Trouble):
    """One kind of trouble, for so many requests."""

    mode: Mode
    status: int = 500

    @classmethod
    def parse(cls, body: dict[str, Any]) -> "Fault":
        """The fault a control request asks for.

        Raises:
            Refused: 400, when there is no such fault.

        """
        try:
            fault = cls(**(body | {"mode": Mode(body.get("mode", ""))}))
            fault.check()
            check_status("status", fault.status)
        except (TypeError, ValueError) as error:
            raise Refused(400, f"no such fault: {error}") from None
        return fault


class Faults(Row[Fault]):
    """What goes wrong with the requests to come."""


class FaultyApi:
    """Middleware: requests to the public API meet the faults, the control API never does."""

    def __init__(self, app: ASGIApp, *, faults: Faults) -> None:
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
            case Mode.FAIL_BEFORE:
                await failure(scope, receive, send)
            case Mode.FAIL_AFTER:
                await self._app(scope, receive, _swallow)
                await failure(scope, receive, send)
            case Mode.DELAY:
                receive = await _heard_out(receive)
                await asyncio.sleep(fault.seconds)
                await self._app(scope, receive, send)
            case Mode.DROP_CONNECTION:
                abort_of(scope)()


async def _heard_out(receive: Receive) -> Receive:
    """The whole request taken in now, so that it is acted on though the caller may give up."""
    heard = deque([await receive()])
    while heard[-1].get("more_body"):
        heard.append(await receive())

    async def replay() -> Message:
        return heard.popleft() if heard else await receive()

    return replay


async def _swallow(message: Message) -> None:
    """An answer nobody gets."""
