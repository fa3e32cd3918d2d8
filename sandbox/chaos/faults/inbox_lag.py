"""The lag of a service's inbox: how long published events stay unapplied beside a poisoned message."""

import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import psycopg

from contracts.catalogue import SUBSCRIPTIONS

MEASURE_EVERY = 0.1  # seconds between two looks
_PUBLISHED = b"""
    SELECT subject, sequence, extract(epoch FROM clock_timestamp() - published_at)::float8 FROM outbox
    WHERE published_at > now() - interval '20 s'
"""
_APPLIED = b"SELECT subject, last FROM inbox_position WHERE source = %s AND subject = ANY(%s)"


class InboxLag:
    """Measures the lag of one service's inbox in a thread, for a `with` block. `databases` are the URLs by service."""

    def __init__(self, databases: Mapping[str, str], service: str) -> None:
        self._databases, self._service = databases, service
        self._samples: list[tuple[float, float]] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._measure, name="inbox lag", daemon=True)

    def longest(self, began: float, ended: float) -> float:
        """The age of the oldest event, in seconds, that was unapplied at any look between two monotonic moments."""
        return max((age for at, age in list(self._samples) if began <= at <= ended), default=0.0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing.set()
        self._thread.join()

    def _measure(self) -> None:
        with ExitStack() as stack:
            connections: dict[str, psycopg.Connection[Any]] = {}
            for name in {self._service, *SUBSCRIPTIONS[self._service]}:
                connection = psycopg.connect(self._databases[name], autocommit=True, connect_timeout=5)
                connections[name] = stack.enter_context(connection)
            while not self._closing.wait(MEASURE_EVERY):
                ages = [self._oldest(connections, owner) for owner in SUBSCRIPTIONS[self._service]]
                self._samples.append((time.monotonic(), max(ages)))

    def _oldest(self, connections: Mapping[str, psycopg.Connection[Any]], owner: str) -> float:
        published = connections[owner].execute(_PUBLISHED).fetchall()
        subjects = [subject for subject, _, _ in published]
        applied = dict(connections[self._service].execute(_APPLIED, [owner, subjects]).fetchall())
        return max((age for subject, sequence, age in published if applied.get(subject, 0) < sequence), default=0.0)
