"""The actors of the simulation: plain functions `actor(world)`, each in a task of its own."""

from typing import Any

from tests.simulation.actors.roster import actors_of_run


def start_actors(world: Any) -> None:
    """Start the actors of a run."""
    for name, actor in actors_of_run(world).items():
        world.start(actor, name)
