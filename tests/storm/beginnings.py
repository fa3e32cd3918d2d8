"""Beginnings that many storms share: lived through once, then laid out again from copies of their rows."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.storm.place import FORGOTTEN, Place

FRESH_FOR = 60.0  # seconds: deadlines in a copy do not wait for it


@dataclass(frozen=True)
class Copy:
    """How everything stood: statements that lay out the rows, the provider's memory, the post, and what was lived."""

    statements: dict[str, str]
    stripe: Any
    delivered: list[str]
    answered: set[str]
    lived: Any
    made_at: float = field(default_factory=time.monotonic)


class Beginnings:
    """All of one place. What is done to a copy stays with it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._copies: dict[Any, Copy] = {}

    def lay_out(self, name: Any, live: Callable[[], Any]) -> Any:
        """The place fresh but for what `live` does there, and what that answers."""
        place, kept = self.place, self._copies.get(name)
        place.fresh()
        if kept is None or time.monotonic() - kept.made_at > FRESH_FOR:
            kept = self._copies[name] = self._copied(live())
        else:
            for service, statements in kept.statements.items():
                with place.looking[service].cursor() as cursor:
                    cursor.execute(statements)
            place.stripe.restore(kept.stripe)
        place.delivered, place.answered = list(kept.delivered), set(kept.answered)
        return copy.deepcopy(kept.lived)

    def _copied(self, lived: Any) -> Copy:
        place = self.place
        name = uuid4().hex[:12]
        return Copy(
            statements={service: self._rows(service, name) for service in FORGOTTEN},
            stripe=place.stripe.snapshot(),
            delivered=list(place.delivered),
            answered=set(place.answered),
            lived=copy.deepcopy(lived),
        )

    def _rows(self, service: str, name: str) -> str:
        """Copy a service's rows aside; the statements that bring them back, what is pointed to first."""
        place = self.place
        place.sql(service, "CREATE SCHEMA IF NOT EXISTS kept")
        found = []
        for table in reversed(place.tables(service, FORGOTTEN[service])):
            if place.sql(service, f"SELECT FROM {table} LIMIT 1"):
                place.sql(service, f"CREATE TABLE kept.{table}_{name} AS TABLE {table}")
                found.append(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE kept.{table}_{name}")
        return "; ".join(found)
