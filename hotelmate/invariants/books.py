"""What the invariants are judged by: the services' databases and, where it is known, what the provider says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

_LATELY = """
    SELECT DISTINCT subject FROM outbox
    WHERE subject = ANY(:subjects) AND recorded_at > clock_timestamp() - make_interval(secs => :seconds)
"""
_LENGTH = """
    SELECT greatest((SELECT max(position) FROM outbox), (SELECT max(position) FROM audit), 0) AS length
"""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that must not be: the invariant's name, what it is about, and what is wrong with it."""

    invariant: str
    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.subject}: {self.what}"


@dataclass(frozen=True, kw_only=True)
class Parked:
    """A message in a service's dead-letter queue: its id, and which event it is where it can be read as one."""

    service: str
    id: str
    type: str = ""
    source: str = ""
    subject: str = ""
    sequence: int = 0


@dataclass(frozen=True, kw_only=True)
class Books:
    """An open connection to the database of each service, by its name.

    What has moved within `unrest` is not judged: the others may not have heard of it yet. Where everything has come to
    rest, that is nothing.

    `journal` is the provider's own list of movements and `answered` the ids of the notices that we answered with 2xx;
    None where nobody knows. A movement has `movement`, `object`, `amount`, `currency` and `payment_intent`.
    `parked` is what lies in the dead-letter queues; None where nobody looked.

    Of what grows for ever only the `newest` rows of each service are looked at, and all that belongs to them.
    """

    connections: Mapping[str, sa.Connection]
    unrest: timedelta = timedelta(seconds=30)
    journal: Sequence[Mapping[str, Any]] | None = None
    answered: Collection[str] | None = None
    parked: Sequence[Parked] | None = None
    newest: int = 20_000

    def rows(self, service: str, statement: str, **values: Any) -> Sequence[sa.Row[Any]]:
        """What a service's database answers."""
        return self.connections[service].execute(sa.text(statement), values).all()

    def at_rest(self, subjects: Collection[str]) -> set[str]:
        """Those subjects of which neither bookings nor payments has said anything lately."""
        told = {"subjects": list(subjects), "seconds": self.unrest.total_seconds()}
        asked = [service for service in ("bookings", "payments") if service in self.connections]
        moved = {row.subject for service in asked for row in self.rows(service, _LATELY, **told)}
        return set(subjects) - moved

    def is_whole(self, service: str) -> bool:
        """Whether all that a service has ever noted and told is among the newest."""
        [row] = self.rows(service, _LENGTH)
        return bool(row.length <= self.newest)
