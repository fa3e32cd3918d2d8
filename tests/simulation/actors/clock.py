"""Time passes: minutes, an evening, a night, a week."""

from __future__ import annotations

from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.client import weighted

MINUTE, HOUR = 60.0, 3600.0
SPANS = {6 * MINUTE: 4, 16 * MINUTE: 3, 2 * HOUR: 3, 12 * HOUR: 4, 25 * HOUR: 3, 7 * 24 * HOUR: 1}


def clock(world: ActorWorld, name: str) -> None:
    """A span of time passes, now and then."""
    del name
    while True:
        world.sleep(world.choices.pick("until time passes", (120.0, 300.0, 600.0)))
        world.advance(weighted(world, "span", SPANS))
