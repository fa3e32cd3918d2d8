"""One client's socket: who it is, what it listens to, and the frames waiting to go out."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from secrets import randbelow
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.pusher.errors import Complaint
from sandbox.pusher.journal import Journal
from sandbox.pusher.settings import CLIENT_EVENTS_PER_SECOND

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hangup:
    """The last thing to happen on a socket. Without a code the line goes dead, no farewell."""

    code: int | None
    reason: str = ""


class Connection:
    """A connected client. Frames are queued at once, in order, and sent by `write`."""

    def __init__(self, websocket: WebSocket, *, abort: Callable[[], None]) -> None:
        self.socket_id = f"{randbelow(10**6)}.{randbelow(10**9)}"
        self.channels: set[str] = set()
        self.user_id: str | None = None
        self._websocket = websocket
        self._abort = abort
        self._outbox: asyncio.Queue[Frame | Hangup] = asyncio.Queue()
        self._spoke_at: deque[float] = deque(maxlen=CLIENT_EVENTS_PER_SECOND)

    def send(self, event: str, data: object, *, channel: str | None = None) -> None:
        """Queue a frame of the protocol's own; `data` goes out as a JSON string."""
        self.send_frame(frame(event, json.dumps(data), channel=channel))

    def send_frame(self, frame: Frame) -> None:
        """Queue a frame as it is."""
        self._outbox.put_nowait(frame)

    def complain(self, complaint: Complaint) -> None:
        """Queue a `pusher:error`, whose data is an object; hang up after it if it is fatal."""
        body = {"code": complaint.code, "message": complaint.message}
        self.send_frame({"event": "pusher:error", "data": body})
        if complaint.fatal:
            self.hang_up(Hangup(complaint.code, complaint.message))

    def hang_up(self, hangup: Hangup) -> None:
        """Queue the end."""
        self._outbox.put_nowait(hangup)

    def may_speak(self, *, now: float) -> bool:
        """Whether another client event fits into this second; if so it is counted."""
        if len(self._spoke_at) == CLIENT_EVENTS_PER_SECOND and now - self._spoke_at[0] < 1:
            return False
        self._spoke_at.append(now)
        return True

    async def write(self, journal: Journal) -> None:
        """Send what is queued, until the end or until the client is gone."""
        while True:
            item = await self._outbox.get()
            try:
                if isinstance(item, Hangup):
                    await self._close(item)
                    return
                await self._websocket.send_text(json.dumps(item))
            except (WebSocketDisconnect, RuntimeError):
                return
            journal.record_sent(self.socket_id, item)

    async def _close(self, hangup: Hangup) -> None:
        if hangup.code is None:
            self._abort()
        else:
            # A close frame carries at most 123 bytes of reason.
            reason = hangup.reason.encode()[:123].decode(errors="ignore")
            await self._websocket.close(hangup.code, reason)


def frame(event: str, data: object, *, channel: str | None = None) -> Frame:
    """A frame as it goes over the wire; `channel` is left out where there is none."""
    return {"event": event, "data": data} | ({"channel": channel} if channel else {})
