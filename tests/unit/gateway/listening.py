"""Clients that hear event streams of an application in this process, each as a task."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI

from chassis import codec
from tests.unit.gateway import builders

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
