"""Time passes: minutes, an evening, a night, a week."""

from __future__ import annotations

from tests.simulation.actors.actor_world import ActorWorld
from tests.simulation.actors.client import weighted

MINUTE, HOUR = 60.0, 3600.0
DAY, WEEK = 25 * HOUR, 7 * 24 * HOUR
SPANS = {6 * MINUTE: 4, 16 * MINUTE: 3, 2 * HOUR: 3, 12 * HOUR: 4, DAY: 3, WEEK: 1}
DAYS_PASS = {"until time passes": (20.0,), "span": (DAY, WEEK)}  # what the clock chooses where only days pass


def clock(world: ActorWorld) -> None:
    """A span of time passes, now and then."""
    while True:
        world.sleep(world.choices.pick("until time passes", (120.0, 20.0, 300.0, 600.0)))
        world.advance(weighted(world, "span", SPANS))
