"""The tasks that services can have: asks, events, jobs and timers, by the names with which their crash points begin."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from chassis.service import Service
from contracts.askers import ASKS, EVERY_SERVICE
from services.bookings.service import SERVICE as BOOKINGS
from services.notifier.service import SERVICE as NOTIFIER
from services.payments.service import SERVICE as PAYMENTS
from services.rooms.service import SERVICE as ROOMS

SERVICES: Sequence[Service] = (BOOKINGS, PAYMENTS, ROOMS, NOTIFIER)


_BY_THE_JUDGE = "the judge asks for it past the network, where nothing dies"
_OUTSIDE = "operators and probes read it, which are outside the simulation"

# Asks that no actor sends to any service, each with the reason.
NEVER_SENT: Mapping[str, str] = {
    "AdvanceClock": "time belongs to the world: the actor `clock` lets it pass",
    "SkipEvent": "an event that is skipped on purpose breaks I6; the world's broker parks and replays events",
    "Ping": _OUTSIDE,
    "ReadMetrics": _OUTSIDE,
    "ExplainBooking": _OUTSIDE,
    "ExplainEvents": _OUTSIDE,
    "Examine": _BY_THE_JUDGE,
    "ReadEvidence": _BY_THE_JUDGE,
}


def task_names() -> set[str]:
    """The name of each task that a service can have in the simulation."""
    return {f"{service.name}, {task}" for service in SERVICES for task in _tasks(service)}


def not_begun(points: Collection[str]) -> list[str]:
    """The tasks that have passed none of these crash points."""
    return sorted(task_names() - {point.split(":")[0] for point in points})


def _tasks(service: Service) -> Iterator[str]:
    asks = {each.method for each in service.asks} | set(ASKS["operator"][EVERY_SERVICE])
    yield from (f"ask {name}" for name in asks - NEVER_SENT.keys())
    yield from (f"events {each.event.__name__}" for each in service.events)
    yield from (f"job {each.kind}" for each in service.jobs)
    yield from (each.name for each in service.timers)
