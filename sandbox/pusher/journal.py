"""The memory: every event the stand-in was told, and every frame it sent to a socket."""

import json
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypedDict

from sandbox.news import News

KEPT = 100_000
"""How many of each are remembered before the oldest are forgotten."""


class Told(TypedDict):
    """An event on one channel, as it came in. `source` is `api` or `client`."""

    seq: int
    received_at: str
    channel: str
    event: str
    data: Any
    socket_id: str | None
    source: str


class Delivery(TypedDict):
    """A frame that went out to one socket; `channel` is null for the connection's own frames."""

    seq: int
    sent_at: str
    socket_id: str
    channel: str | None
    event: str
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which records are meant; None means any."""

    channel: str | None = None
    event: str | None = None
    after: int = 0


class Journal:
    """Records numbered in the order they happened; numbers go on after a reset."""

    def __init__(self) -> None:
        self._told: deque[Told] = deque(maxlen=KEPT)
        self._deliveries: deque[Delivery] = deque(maxlen=KEPT)
        self._told_seq = count(1)
        self._sent_seq = count(1)
        self._news = News()

    def record_told(self, channel: str, event: str, *, data: object, socket_id: str | None, source: str) -> None:
        """Remember an event and wake whoever waits for it."""
        self._told.append(
            Told(
                seq=next(self._told_seq),
                received_at=_now(),
                channel=channel,
                event=event,
                data=parsed(data),
                socket_id=socket_id,
                source=source,
            )
        )
        self._news.ring()

    def record_sent(self, socket_id: str, frame: dict[str, Any]) -> None:
        """Remember a frame that was handed to a socket."""
        self._deliveries.append(
            Delivery(
                seq=next(self._sent_seq),
                sent_at=_now(),
                socket_id=socket_id,
                channel=frame.get("channel"),
                event=frame["event"],
                data=parsed(frame.get("data")),
            )
        )

    def told(self, query: Query) -> list[Told]:
        """The events meant, oldest first."""
        return [record for record in self._told if _meant(query, record)]

    def deliveries(self, query: Query, *, socket_id: str | None = None) -> list[Delivery]:
        """The frames meant, oldest first."""
        return [
            record for record in self._deliveries if _meant(query, record) and socket_id in (None, record["socket_id"])
        ]

    async def wait(self, query: Query, *, count: int = 1, timeout: float) -> list[Told]:
        """The events meant, as soon as there are `count`; after `timeout` seconds what there is."""
        return await self._news.wait(lambda: self.told(query), count=count, timeout=timeout)

    def reset(self) -> None:
        """Forget everything."""
        self._told.clear()
        self._deliveries.clear()

    def close(self) -> None:
        """Send everybody who waits home with what there is."""
        self._news.close()


def parsed(data: object) -> Any:
    """Event data as JSON when it is a JSON text, as it is otherwise."""
    if not isinstance(data, str):
        return data
    try:
        return json.loads(data)
    except ValueError:
        return data


def _meant(query: Query, record: Told | Delivery) -> bool:
    return (
        record["seq"] > query.after
        and query.channel in (None, record["channel"])
        and query.event in (None, record["event"])
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
