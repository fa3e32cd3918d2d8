"""One client's socket: its user, its channels and its queue of outgoing frames."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from secrets import randbelow
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.pusher.errors import ProtocolError
from sandbox.pusher.event_log import EventLog
from sandbox.pusher.settings import CLIENT_EVENTS_PER_SECOND

Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Close:
    """The end of a socket. Without a code, the TCP connection is aborted without a close frame."""

    code: int | None
    reason: str = ""


class ClientConnection:
    """A connected client. Frames are queued in order and sent by `write`."""

    def __init__(self, websocket: WebSocket, *, abort: Callable[[], None]) -> None:
        self.socket_id = f"{randbelow(10**6)}.{randbelow(10**9)}"
        self.channels: set[str] = set()
        self.user_id: str | None = None
        self._websocket = websocket
        self._abort = abort
        self._outbox: asyncio.Queue[Frame | Close] = asyncio.Queue()
        self._client_events_at: deque[float] = deque(maxlen=CLIENT_EVENTS_PER_SECOND)

    def send(self, event: str, data: object, *, channel: str | None = None) -> None:
        """Queue a protocol frame; `data` is sent as a JSON string."""
        self.send_frame(frame(event, json.dumps(data), channel=channel))

    def send_frame(self, frame: Frame) -> None:
        """Queue a frame unchanged."""
        self._outbox.put_nowait(frame)

    def send_error(self, error: ProtocolError) -> None:
        """Queue a `pusher:error`, whose data is an object; a fatal error closes the socket afterwards."""
        body = {"code": error.code, "message": error.message}
        self.send_frame({"event": "pusher:error", "data": body})
        if error.fatal:
            self.close(Close(error.code, error.message))

    def close(self, close: Close) -> None:
        """Close the socket after the frames that are already queued are sent."""
        self._outbox.put_nowait(close)

    def allow_client_event(self, *, now: float) -> bool:
        """Whether the rate limit allows another client event now; an allowed event is counted."""
        if len(self._client_events_at) == CLIENT_EVENTS_PER_SECOND and now - self._client_events_at[0] < 1:
            return False
        self._client_events_at.append(now)
        return True

    async def write(self, event_log: EventLog) -> None:
        """Send the queued frames until the socket is closed by either side."""
        while True:
            item = await self._outbox.get()
            try:
                if isinstance(item, Close):
                    await self._close(item)
                    return
                await self._websocket.send_text(json.dumps(item))
            except (WebSocketDisconnect, RuntimeError):
                return
            event_log.record_sent(self.socket_id, item)

    async def _close(self, close: Close) -> None:
        if close.code is None:
            self._abort()
        else:
            # A close frame carries at most 123 bytes of reason.
            reason = close.reason.encode()[:123].decode(errors="ignore")
            await self._websocket.close(close.code, reason)


def frame(event: str, data: object, *, channel: str | None = None) -> Frame:
    """A frame as sent to a client; without a channel, the frame has no field `channel`."""
    return {"event": event, "data": data} | ({"channel": channel} if channel else {})
