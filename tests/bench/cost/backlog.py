"""What is left to do after an operation: events to publish and to apply, due jobs, checks of holds, webhooks."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.catalogue import SUBSCRIPTIONS
from sandbox.stripe.client import StandInControl
from tests.bench.cost.work_counters import WorkCounters

PATIENCE = 600.0  # seconds; a busy machine is slow, and a stuck system never gets there
LOOK_EVERY = 0.25

_UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
# Some jobs wait for the end of a second, to be one push for all changes of it: they belong to the operation.
_JOBS = """
    SELECT count(*) FROM job WHERE done_at IS NULL AND gave_up_at IS NULL
        AND (not_before IS NULL OR not_before <= now() + interval '5 seconds')
"""
_LAST_POSITION = "SELECT coalesce(max(position), 0) FROM outbox"
_LAST_PUBLISHED = """
    SELECT subject, max(sequence) FROM outbox WHERE position > %(position)s GROUP BY subject
"""
_LAST_APPLIED = "SELECT subject, last FROM inbox_position WHERE source = %(source)s AND subject = ANY (%(subjects)s)"
# The check of a hold comes a minute after its operation, to whose cost it belongs.
_HASTEN_CHECKS = "UPDATE hold SET check_at = now() WHERE check_at > now()"
_CHECKS = "SELECT count(*) FROM hold WHERE check_at IS NOT NULL"


@dataclass
class Backlog:
    """Looks into the services' databases and at the payment provider's webhooks."""

    counters: WorkCounters
    stripe: StandInControl
    _since: dict[str, int] = field(default_factory=dict)

    def mark(self) -> None:
        """From here on, events have to be applied before the backlog is empty."""
        self._since = {service: self.counters.rows(service, _LAST_POSITION)[0][0] for service in SUBSCRIPTIONS}

    def drain(self) -> None:
        """Wait until nothing is left to do. Raises TimeoutError, which says what is left."""
        deadline = time.monotonic() + PATIENCE
        for work_left in (self.work_left, self.checks_left):
            while left := list(work_left()):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"not done after {PATIENCE:g} s: {'; '.join(left)}")
                time.sleep(LOOK_EVERY)

    def work_left(self) -> Iterator[str]:
        """A line for each kind of unfinished work."""
        if waiting := self.stripe.webhooks()["waiting"]:
            yield f"{waiting} webhooks wait"
        for service in SUBSCRIPTIONS:
            for what, query in (("events to publish", _UNPUBLISHED), ("jobs to do", _JOBS)):
                if count := self.counters.rows(service, query)[0][0]:
                    yield f"{service} has {count} {what}"
        yield from self._unapplied()

    def checks_left(self) -> Iterator[str]:
        """The checks of holds, brought forward, and what they cause."""
        self.counters.rows("bookings", _HASTEN_CHECKS)
        if count := self.counters.rows("bookings", _CHECKS)[0][0]:
            yield f"bookings has {count} holds to check"
        yield from self.work_left()

    def _unapplied(self) -> Iterator[str]:
        for owner in SUBSCRIPTIONS:
            published = dict(self.counters.rows(owner, _LAST_PUBLISHED, {"position": self._since.get(owner, 0)}))
            if not published:
                continue
            params = {"source": owner, "subjects": list(published)}
            for service, owners in SUBSCRIPTIONS.items():
                if owner in owners:
                    applied = dict(self.counters.rows(service, _LAST_APPLIED, params))
                    behind = sum(applied.get(subject, 0) < last for subject, last in published.items())
                    if behind:
                        yield f"{service} lacks events of {owner} about {behind} subjects"
