"""Checks while a run goes on: an unexpected error, a deadlock or a failed event is a violation at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chassis.messaging.event_dispatcher import DispatchResult, Disposition
from chassis.refusal import Refusal
from chassis.transactions.unit_of_work import is_outage
from tests.simulation.network import AskInFlight

if TYPE_CHECKING:
    from tests.simulation.world import World

DEADLOCK = "40P01"


class RuntimeChecks:
    """Checks the outcomes of handlers, statements and batches of events."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handler_failed(self, ask: AskInFlight, problem: Exception) -> None:
        """Report the exception of a handler, unless it is a refusal or an outage."""
        if not isinstance(problem, Refusal) and not is_outage(problem):
            text = f"{ask.service} {ask.method}: {type(problem).__name__}: {problem}"[:400]
            self._world.violate("unexpected error", text)

    def statement_failed(self, code: str) -> None:
        """Count a statement that PostgreSQL refused with this code.

        A deadlock is a violation where its victim does not try again by itself."""
        if code == DEADLOCK:
            world = self._world
            task = world.turns.running
            world.shares["deadlock"] += 1
            world.note("deadlock")
            if task is None or task.name.startswith("ask "):
                world.violate("deadlock", task.name if task else "")

    def check_results(self, results: Sequence[DispatchResult]) -> None:
        """Report each event of a batch that failed."""
        for each in results:
            if each.disposition is Disposition.FAILED:
                self._world.violate("an event failed", each.why)
