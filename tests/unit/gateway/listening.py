"""Clients that hear event streams of an application in this process, each as a task; and a booking with events."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI

from chassis import codec
from chassis.refusal import Refusal
from contracts.bookings.guest_access import EndedGuestTokens, FindEndedGuestTokens
from contracts.bookings.queries import GetFeed
from contracts.bookings.views import Feed
from contracts.values import Context
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import GUEST, Gateway

Scenario = Callable[[], Awaitable[None]]
EVENTS = f"/api/public/hotels/{builders.HOTEL}/room-bookings/{builders.BOOKING}/events/"


class Listener:
    """One client's stream. `status` is None until the response starts."""

    def __init__(self, app: FastAPI, headers: Mapping[str, str], *, path: str = EVENTS, query: str = "after=1") -> None:
        self.status: int | None = None
        self.text = ""
        self._left = asyncio.Event()
        self._requested = False
        given = {**headers, "Accept": "text/event-stream"}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
            "client": ("198.51.100.7", 1),
            "server": ("gateway.test", 80),
        }
        self.task = asyncio.ensure_future(app(scope, self._receive, self._send))

    @property
    def ended(self) -> bool:
        """Whether the response is whole."""
        return self.task.done()

    @property
    def numbers(self) -> list[int]:
        """The sequence numbers of the events received."""
        return [int(line.removeprefix("id: ")) for line in self.text.splitlines() if line.startswith("id: ")]

    @property
    def events(self) -> list[Any]:
        """The events received."""
        lines = [line.removeprefix("data: ") for line in self.text.splitlines() if line.startswith("data: ")]
        return [codec.decode(line) for line in lines]

    async def leave(self) -> None:
        """Close the connection."""
        self._left.set()
        await self.task

    async def _receive(self) -> dict[str, Any]:
        if not self._requested:
            self._requested = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.text += message.get("body", b"").decode()


async def until(holds: Callable[[], object], *, within: float = 5.0) -> None:
    """Wait until `holds()` is true; fails after `within` seconds."""
    async with asyncio.timeout(within):
        while not holds():
            await asyncio.sleep(0.005)


class Hearers:
    """A gateway, a booking with events, and the clients that hear them."""

    def __init__(self, app: FastAPI, **settings: Any) -> None:
        self.gateway = Gateway(app=app, **settings)
        self.last = 1
        self.revoked: set[str] = set()
        self.gateway.bus.answers(GetFeed, self._feed)
        self.gateway.bus.answers(FindEndedGuestTokens, self._ended)
        self._listeners: list[Listener] = []

    async def hear(self, number: int = 1, headers: dict[str, str] = GUEST) -> list[Listener]:
        """New streams, all of them open."""
        listeners = [Listener(self.gateway.app, headers) for _ in range(number)]
        self._listeners += listeners
        await until(lambda: all(each.text for each in listeners))
        await until(lambda: self.gateway.bus.subscriptions)
        return listeners

    def happens(self) -> None:
        """One more event of the booking."""
        self.last += 1
        self.gateway.bus.happens("bookings.ChatMessageSent.v1", sequence=self.last)

    def run(self, scenario: Scenario) -> None:
        """Run the scenario; afterwards every client leaves."""

        async def whole(_: Any) -> None:
            await scenario()
            await asyncio.gather(*(listener.leave() for listener in self._listeners))
            assert len(self.gateway.app_state.streams) == 0
            assert not self.gateway.bus.subscriptions

        self.gateway.together(whole)

    def _feed(self, ask: GetFeed, context: Context) -> Feed | Exception:
        if context.caller.guest_token in self.revoked:
            return Refusal("INVALID_TOKEN", "Revoked.")
        return builders.feed(*range(ask.after + 1, self.last + 1), last=self.last)

    def _ended(self, ask: FindEndedGuestTokens, _: Context) -> EndedGuestTokens:
        positions = (number for number, each in enumerate(ask.tokens) if each.token in self.revoked)
        return EndedGuestTokens(positions=tuple(positions))
