"""Housekeeping's tasks as staff see them."""

from dataclasses import dataclass
from datetime import datetime

from contracts import rooms
from gateway.api.bookings.responses import Person, person


@dataclass(frozen=True, kw_only=True)
class Task:
    """One cleaning of one room. `booking_id` is whose guest left it, where one did."""

    id: int
    room_number: str
    room_type: str
    floor: int | None
    room_status: str
    reason: str
    status: str
    booking_id: str | None
    assignee: Person | None
    opened_at: datetime
    started_at: datetime | None
    done_at: datetime | None
    done_by: Person | None


@dataclass(frozen=True, kw_only=True)
class TaskList:
    """A page of a hotel's tasks."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[Task, ...]


def task(found: rooms.HousekeepingTask) -> Task:
    """A task, with who does it and who did."""
    facts = {name: value for name, value in vars(found).items() if name != "hotel"}
    people = {name: person(facts[name]) for name in ("assignee", "done_by")}
    return Task(**{**facts, **people})


def task_list(found: rooms.TaskList, *, following: str | None, before: str | None) -> TaskList:
    """A page of tasks."""
    return TaskList(
        count=found.count, next=following, previous=before, results=tuple(task(one) for one in found.results)
    )
