"""From the commit of a change to the push provider's API, beside that last call alone."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psycopg
from psycopg import sql
from pusher import Pusher

from tests.bench.harness import Comparison, Measured

CHANGES = 60
WAIT = 10.0


class Commits:
    """The commit times of transactions, by default of those that published an event, from the database's notifications.

    Each has its payload.
    """

    def __init__(self, database_url: str, *, channel: str = "outbox") -> None:
        self._connection = psycopg.connect(database_url, autocommit=True)
        self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        self._over = threading.Event()
        self._noticed: list[tuple[float, str]] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def first_after(self, moment: float, payload: str = "") -> float:
        """The first commit since, with that payload; waits for it. Raises AssertionError where there is none."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            for at, noticed in self._noticed:
                if at >= moment and noticed == payload:
                    return at
            time.sleep(0.005)
        raise AssertionError(f"no commit of {payload or 'an event'} within {WAIT:g} s")

    def close(self) -> None:
        """Listen no more."""
        self._over.set()
        self._thread.join()
        self._connection.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            for notice in self._connection.notifies(timeout=0.5):
                self._noticed.append((time.time(), notice.payload))


@dataclass
class OperationRoute:
    """The push provider's stand-in, by its control API, and by its API proper."""

    settings: dict[str, Any]
    _http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=WAIT + 5))

    def reached(self, channel: str, event: str) -> float:
        """When the event reached the channel, or will have soon."""
        params: dict[str, str | float] = {"channel": channel, "event": event, "timeout": WAIT}
        url = f"http://{self.settings['host']}:{self.settings['port']}/_control/wait"
        rows = self._http.get(url, params=params).raise_for_status().json()
        if not rows:
            raise AssertionError(f"{event} did not reach {channel}")
        return datetime.fromisoformat(rows[0]["received_at"]).timestamp()

    def provider(self) -> Pusher:
        """The account, by the provider's own library."""
        at = {"host": self.settings["host"], "port": self.settings["port"], "ssl": False}
        return Pusher(self.settings["app_id"], self.settings["key"], self.settings["secret"], **at)


@contextmanager
def commit_to_push(*, bookings_url: str, pusher: dict[str, Any], book: Callable[[int], str]) -> Iterator[Comparison]:
    """`book` makes one booking and answers its id. One after the other: nothing else is going on."""
    commits, push_api = Commits(bookings_url), OperationRoute(pusher)
    provider = push_api.provider()

    def changes() -> Measured:
        latencies = []
        for number in range(CHANGES):
            began = time.time()
            channel = f"private-booking-{book(number)}"
            latencies.append(push_api.reached(channel, "booking_created") - commits.first_after(began))
        return Measured(CHANGES, sum(latencies), latencies)

    def calls() -> Measured:
        latencies = []
        for _ in range(CHANGES):
            channel = f"private-booking-BK-{uuid.uuid4().hex[:8]}"
            events = [{"channel": channel, "name": f"booking_created{n or ''}", "data": "x" * 400} for n in range(8)]
            began = time.time()
            provider.trigger_batch(events)
            latencies.append(push_api.reached(channel, "booking_created") - began)
        return Measured(CHANGES, sum(latencies), latencies)

    try:
        yield Comparison("commit → push API, idle", changes, calls, "the call alone", p99=100)
    finally:
        commits.close()


def stay(days: int, *, zone: str = "UTC") -> dict[str, str]:
    """One night, so many days from today in that zone."""
    arrives = datetime.now(ZoneInfo(zone)).date() + timedelta(days=days)
    return {"check_in": str(arrives), "check_out": str(arrives + timedelta(days=1))}
