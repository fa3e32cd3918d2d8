"""The judge: what was answered, what must hold after each step, and what must hold at rest."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from contracts.values import Context
from hotelmate.invariants.catalogue import examine

if TYPE_CHECKING:
    from tests.simulation.world import World


class Judge:
    """Judges one run."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()

    def answered(self, message: Any, context: Context, key: str, outcome: Any) -> None:  # noqa: ARG002
        """Hear what a client was told: `outcome` is the reply, a `Refusal`, or `Unavailable`."""
        self.answers[f"{type(message).__name__} {type(outcome).__name__}"] += 1

    def after_step(self, world: World) -> None:
        """Check what must hold at any time; called after each step that committed."""

    def at_rest(self, world: World) -> None:
        """Check what must hold at rest: the product's own invariants."""
        for violation in examine(world.examination()):
            world.violate(violation.invariant, str(violation))
