"""The tasks that services can have: asks, events, jobs and timers, by the names with which their crash points begin."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from chassis.service import Service
from contracts.askers import ASKS, EVERY_SERVICE
from services.bookings.service import SERVICE as BOOKINGS
from services.notifier.service import SERVICE as NOTIFIER
from services.payments.service import SERVICE as PAYMENTS
from services.rooms.service import SERVICE as ROOMS

SERVICES: Sequence[Service] = (BOOKINGS, PAYMENTS, ROOMS, NOTIFIER)


def task_names() -> set[str]:
    """The name of each task that a service can have."""
    return {f"{service.name}, {task}" for service in SERVICES for task in _tasks(service)}


def not_begun(points: Collection[str]) -> list[str]:
    """The tasks that have passed none of these crash points."""
    return sorted(task_names() - {point.split(":")[0] for point in points})


def _tasks(service: Service) -> Iterator[str]:
    yield from (f"ask {each.method}" for each in service.asks)
    yield from (f"ask {name}" for name in ASKS["operator"][EVERY_SERVICE])
    yield from (f"events {each.event.__name__}" for each in service.events)
    yield from (f"job {each.kind}" for each in service.jobs)
    yield from (each.name for each in service.timers)
