"""The real relay of one database, turn by turn, with a publisher that keeps the events."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from chassis.messaging.lease import Lease
from chassis.messaging.relay import Relay, connect_publishing
from contracts.message import Envelope
from tests.statement_counts.recorder import StatementRecorder


class ConfirmingPublisher:
    """Confirms every event, and keeps it in `events`."""

    ready = True

    def __init__(self) -> None:
        self.events: list[Envelope] = []

    async def publish(self, events: Sequence[Envelope], *, within: float) -> list[bool]:
        """Confirm the events."""
        self.events += events
        return [True] * len(events)


class CountedRelay:
    """The relay of a service's database, which holds its lease. The renewals of the lease are idle polls."""

    def __init__(self, service: str, url: str, recorder: StatementRecorder, loop: asyncio.Runner) -> None:
        self._publisher: Any = ConfirmingPublisher()
        self._relay = Relay(service, url, cast("Any", self._publisher))
        self._loop = loop
        self._connection = loop.run(connect_publishing(url))
        self._lease = Lease(self._connection, "relay", "counts")
        loop.run(self._lease.held())
        self._connection.cursor_factory = recorder.cursors(service)

    def publish(self) -> list[Envelope]:
        """Publish as after a wake-up, until nothing is left; returns the events."""
        self._loop.run(self._publish())
        events, self._publisher.events = self._publisher.events, []
        return list(events)

    async def _publish(self) -> None:
        while await self._relay._publish_batch(self._connection, self._lease):
            pass

    def close(self) -> None:
        self._loop.run(self._connection.close())
