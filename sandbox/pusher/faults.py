"""Faults on demand: the API fails, dawdles or hangs up as often as it was told to."""

import asyncio
from collections import deque
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.pusher.errors import Refused
from sandbox.pusher.lines import abort_of


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
class Fault:
    """One kind of trouble, for so many requests; None is until it is cleared."""

    mode: Mode
    status: int = 500
    times: int | None = 1
    seconds: float = 1.0

    @classmethod
    def parse(cls, body: dict[str, Any]) -> "Fault":
        """The fault a control request asks for.

        Raises:
            Refused: 400, when there is no such fault.

        """
        try:
            fault = cls(**(body | {"mode": Mode(body.get("mode", ""))}))
        except (TypeError, ValueError) as error:
            raise Refused(400, f"no such fault: {error}") from None
        if not isinstance(fault.status, int) or not 400 <= fault.status <= 599:
            raise Refused(400, "status must be 400 to 599")
        if fault.times is not None and not (isinstance(fault.times, int) and fault.times > 0):
            raise Refused(400, "times must be a positive number, or null for always")
        if not isinstance(fault.seconds, int | float) or fault.seconds < 0:
            raise Refused(400, "seconds must not be negative")
        return fault


class Faults:
    """The troubles ahead; the first in the row is used up before the next begins."""

    def __init__(self) -> None:
        self._row: deque[Fault] = deque()

    def add(self, fault: Fault) -> None:
        """Put a fault at the end of the row."""
        self._row.append(fault)

    def take(self) -> Fault | None:
        """The fault this request meets."""
        if not self._row:
            return None
        fault = self._row[0]
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self._row.popleft()
        return fault

    def clear(self) -> None:
        """No more trouble."""
        self._row.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """What is still to come."""
        return [asdict(fault) for fault in self._row]


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
