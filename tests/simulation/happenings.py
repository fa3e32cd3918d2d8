"""What may happen next: kinds of happenings with their candidates, and which of them are preferred."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tests.simulation.processes import Loop, SimulatedProcess
from tests.simulation.tasks import Task

NOTIFIER = "notifier"


class Kind(NamedTuple):
    """One kind of thing that may happen: its weight, to what it may happen, and the function that does it.

    `service` names the service whose work a candidate is.
    """

    name: str
    weight: float
    candidates: Sequence[Any]
    act: Callable[[Any], Any]
    service: Callable[[Any], str] | None = None


def preferences(kind: Kind, eager: float) -> list[float]:
    """The weight of each candidate: the notifier's work comes later. Empty where all candidates are alike."""
    if kind.service is None:
        return []
    return [1 / eager if kind.service(each) == NOTIFIER else 1.0 for each in kind.candidates]


def service_of_task(task: Task) -> str:
    """The service of a task, empty for an actor."""
    return task.process.service.name if task.process else ""


def service_of_loop(pair: tuple[SimulatedProcess, Loop]) -> str:
    """The service of a process and its loop."""
    return pair[0].service.name
