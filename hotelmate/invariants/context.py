"""The data by which invariants are judged: the services' replies and, where available, the provider's journal."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from contracts.catalogue import OWNERS
from contracts.message import Envelope, Query
from contracts.operations import Examine, ReadEvidence, Violation

Reply = TypeVar("Reply")
Row = Mapping[str, Any]

KEYS_PER_ASK = 2_000
SAY_CHANGES = ("bookings", "payments")  # whose events show that a booking has changed


class AskService(Protocol):
    """A function that sends a query to a service and returns the reply."""

    def __call__(self, service: str, query: Query[Reply], /) -> Reply:
        """Raises the service's `Refusal`."""
        ...


@dataclass(frozen=True, kw_only=True)
class ParkedMessage:
    """A message in a service's dead-letter queue: its id and, for an event, the event's attributes."""

    service: str
    id: str
    type: str = ""
    source: str = ""
    subject: str = ""
    sequence: int = 0


@dataclass(frozen=True, kw_only=True)
class ExaminationContext:
    """The services to ask, and the limits of an examination.

    Changes younger than `older_than` are not judged, because their events may be on their way; zero judges everything.
    Of the data that grow without limit, only the `newest` rows of each service are judged.

    `journal` is the provider's own list of movements, each with `movement`, `object`, `amount`, `currency` and
    `payment_intent`. `acknowledged` are the ids of the webhook events that were answered with 2xx. `parked` are the
    messages in the dead-letter queues. `waiting` has the number of messages in each partition's queue. Each of the four
    is None where it is not available.
    """

    ask: AskService
    services: Sequence[str] = OWNERS
    older_than: timedelta = timedelta(seconds=30)
    newest: int = 20_000
    journal: Sequence[Mapping[str, Any]] | None = None
    acknowledged: Collection[str] | None = None
    parked: Sequence[ParkedMessage] | None = None
    waiting: Mapping[str, int] | None = None

    def violations(self, invariant: str, *services: str) -> Iterator[Violation]:
        """The breaches of the invariant that each of `services` finds in its own data.

        A breach is left out if its booking has an unfinished change that may explain the breach.
        """
        for service in services:
            if service in self.services:
                violations = self.examine(service, invariant)
                at_rest = self.at_rest({each.booking_id for each in violations} - {""})
                yield from (each for each in violations if not each.booking_id or each.booking_id in at_rest)

    def examine(self, service: str, invariant: str, events: Sequence[Envelope] = ()) -> Sequence[Violation]:
        """Ask the service which of its data break the invariant. The service compares the `events` with its data."""
        query = Examine(
            invariant=invariant, newest=self.newest, older_than=self.older_than.total_seconds(), events=tuple(events)
        )
        return self.ask(service, query).violations

    def rows(self, service: str, name: str, *, keys: Iterable[str] | None = None, limit: int = 2_000) -> Iterator[Row]:
        """All rows of the evidence called `name`, read page by page; with `keys`, only the rows with those keys."""
        for some in [()] if keys is None else chunks(sorted(keys), KEYS_PER_ASK):
            yield from self._pages(service, name, tuple(some), limit)

    def _pages(self, service: str, name: str, keys: tuple[str, ...], limit: int) -> Iterator[Row]:
        query = ReadEvidence(
            name=name, keys=keys, newest=self.newest, older_than=self.older_than.total_seconds(), limit=limit
        )
        while True:
            page = self.ask(service, query)
            yield from page.rows
            if page.next is None:
                return
            query = replace(query, after=page.next)

    def at_rest(self, booking_ids: Collection[str], *, by: Sequence[str] = SAY_CHANGES) -> set[str]:
        """The bookings among `booking_ids` that have no recent event in any of the services in `by`."""
        if not self.older_than:
            return set(booking_ids)
        changed = {
            row["key"]
            for service in by
            if service in self.services
            for row in self.rows(service, "changed_lately", keys=booking_ids)
        }
        return set(booking_ids) - changed

    def is_whole(self, service: str) -> bool:
        """Whether all events and audit rows of the service fit within the limit `newest`."""
        [state] = self.rows(service, "state")
        return int(state["length"]) <= self.newest

    def is_busy(self, service: str) -> bool:
        """Whether an event or a job of the service is on its way."""
        [state] = self.rows(service, "state")
        return bool(state["busy"])


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Split the items into groups of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))
