"""The log: every event received, and every frame sent to a socket."""

import json
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypedDict

from sandbox.condition import Condition

CAPACITY = 100_000
"""The number of records of each kind; older ones are deleted."""


class ReceivedEvent(TypedDict):
    """An event received for one channel. `source` is `api` or `client`."""

    seq: int
    received_at: str
    channel: str
    event: str
    data: Any
    socket_id: str | None
    source: str


class SentFrame(TypedDict):
    """A frame sent to one socket; `channel` is null for connection-level frames."""

    seq: int
    sent_at: str
    socket_id: str
    channel: str | None
    event: str
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """A filter of records; a field that is None matches any value."""

    channel: str | None = None
    event: str | None = None
    after: int = 0


class EventLog:
    """Records numbered in order; a reset does not restart the numbers."""

    def __init__(self) -> None:
        self._received: deque[ReceivedEvent] = deque(maxlen=CAPACITY)
        self._deliveries: deque[SentFrame] = deque(maxlen=CAPACITY)
        self._received_seq = count(1)
        self._sent_seq = count(1)
        self._condition = Condition()

    def record_received(self, channel: str, event: str, *, data: object, socket_id: str | None, source: str) -> None:
        """Record an event and wake waiting readers."""
        self._received.append(
            ReceivedEvent(
                seq=next(self._received_seq),
                received_at=_now(),
                channel=channel,
                event=event,
                data=parsed(data),
                socket_id=socket_id,
                source=source,
            )
        )
        self._condition.notify_all()

    def record_sent(self, socket_id: str, frame: dict[str, Any]) -> None:
        """Record a frame sent to a socket."""
        self._deliveries.append(
            SentFrame(
                seq=next(self._sent_seq),
                sent_at=_now(),
                socket_id=socket_id,
                channel=frame.get("channel"),
                event=frame["event"],
                data=parsed(frame.get("data")),
            )
        )

    def received(self, query: EventQuery) -> list[ReceivedEvent]:
        """The matching events, oldest first."""
        return [record for record in self._received if _matches(query, record)]

    def deliveries(self, query: EventQuery, *, socket_id: str | None = None) -> list[SentFrame]:
        """The matching frames, oldest first."""
        return [
            record
            for record in self._deliveries
            if _matches(query, record) and socket_id in (None, record["socket_id"])
        ]

    async def wait(self, query: EventQuery, *, count: int = 1, timeout: float) -> list[ReceivedEvent]:
        """Wait for `count` matching events, at most `timeout` seconds; returns the matching events."""
        return await self._condition.wait_for(lambda: self.received(query), count=count, timeout=timeout)

    def reset(self) -> None:
        """Delete all records."""
        self._received.clear()
        self._deliveries.clear()

    def close(self) -> None:
        """End every wait; each wait returns the records that exist."""
        self._condition.close()


def parsed(data: object) -> Any:
    """Event data parsed from JSON, or unchanged if the data is not JSON text."""
    if not isinstance(data, str):
        return data
    try:
        return json.loads(data)
    except ValueError:
        return data


def _matches(query: EventQuery, record: ReceivedEvent | SentFrame) -> bool:
    return (
        record["seq"] > query.after
        and query.channel in (None, record["channel"])
        and query.event in (None, record["event"])
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
