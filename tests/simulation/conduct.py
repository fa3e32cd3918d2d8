"""The product's conduct while a run goes on: an error, a deadlock or an event that fails is a violation at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chassis.messaging.event_dispatcher import DispatchResult, Disposition
from chassis.transactions.unit_of_work import is_outage
from tests.simulation.network import AskInFlight, is_unexpected

if TYPE_CHECKING:
    from tests.simulation.world import World

DEADLOCK = "40P01"


class Conduct:
    """Hears how handlers, statements and batches of events ended."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answers(self, ask: AskInFlight, problem: Exception) -> None:
        """A handler has raised: what is neither a refusal nor an outage is a violation."""
        if is_unexpected(problem) and not is_outage(problem):
            text = f"{ask.service} {ask.method}: {type(problem).__name__}: {problem}"[:400]
            self._world.violate("unexpected error", text)

    def statement_failed(self, code: str) -> None:
        """PostgreSQL refused a statement. A deadlock is a violation where its victim does not try again by itself."""
        if code == DEADLOCK:
            world = self._world
            task = world.turns.running
            world.shares["deadlock"] += 1
            world.note("deadlock")
            if task is None or task.name.startswith("ask "):
                world.violate("deadlock", task.name if task else "")

    def notice_results(self, results: Sequence[DispatchResult]) -> None:
        """What a batch of events came to."""
        for each in results:
            if each.disposition is Disposition.FAILED:
                self._world.violate("an event failed", each.why)
