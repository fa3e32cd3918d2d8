"""The kinds of actions that the scheduler chooses from, each with its candidates and their weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tests.simulation.processes import Loop, SimulatedProcess
from tests.simulation.tasks import Task

NOTIFIER = "notifier"


class WorldAction(NamedTuple):
    """One kind of action: its weight, the candidates to which it applies, and the function that carries it out.

    `act` returns a line for the trace, unless it has written one itself. `service` returns the name of the service to
    which the work of a candidate belongs.
    """

    name: str
    weight: float
    candidates: Sequence[Any]
    act: Callable[[Any], str | None]
    service: Callable[[Any], str] | None = None


def candidate_weights(kind: WorldAction, eager: float) -> list[float]:
    """The weight of each candidate: the notifier's work comes later."""
    if kind.service is None or eager == 1.0:
        return [1.0] * len(kind.candidates)
    return [1 / eager if kind.service(each) == NOTIFIER else 1.0 for each in kind.candidates]


def service_of_task(task: Task) -> str:
    """The service of a task, empty for an actor."""
    return task.process.service.name if task.process else ""


def service_of_loop(pair: tuple[SimulatedProcess, Loop]) -> str:
    """The service of a process and its loop."""
    return pair[0].service.name
