"""Who acts in the simulation: plain functions `actor(world)`, each in a task of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.actors.desk import desk
from tests.simulation.actors.guest import guest

if TYPE_CHECKING:
    from tests.simulation.world import World


def start_actors(world: World) -> None:
    """Start the actors of a run."""
    world.start(desk, "desk")
    for number in range(1 + world.choices.number("guests", 4)):
        world.start(guest, f"guest {number}")
