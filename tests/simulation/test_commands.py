"""Every command that the gateway or an operator sends is sent by an actor, or left out for a reason."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

from contracts.askers import ASKS, EVERY_SERVICE
from contracts.catalogue import asks
from contracts.message import Command
from tests.simulation.service_tasks import NEVER_SENT, not_begun, task_names

ACTORS = Path(__file__).parent / "actors"
LEFT_OUT = {"AdvanceClock", "SkipEvent"}  # `service_tasks.NEVER_SENT` has the reasons


def commands_of_clients() -> set[str]:
    """The commands that the gateway and operators send; services' own commands come with the services."""
    listed = {name for asker in ("gateway", "operator") for names in ASKS[asker].values() for name in names}
    assert EVERY_SERVICE in ASKS["operator"]
    return {kind.__name__ for kind in asks().values() if issubclass(kind, Command)} & listed


def commands_by_actor() -> dict[str, set[str]]:
    """The names of classes that each module of the actors uses."""
    return {path.stem: set(_names(ast.parse(path.read_text("utf-8")))) for path in sorted(ACTORS.glob("*.py"))}


def unsent(by_actor: dict[str, set[str]], left_out: Collection[str]) -> set[str]:
    """The commands that no actor sends, and that are not left out."""
    return commands_of_clients() - set().union(*by_actor.values()) - set(left_out)


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id


def test_every_command_of_a_client_is_sent_by_an_actor() -> None:
    assert unsent(commands_by_actor(), LEFT_OUT) == set()


def test_a_command_that_nobody_sends_is_noticed() -> None:
    without_front_desk = {name: names for name, names in commands_by_actor().items() if name != "arrivals"}

    assert "AddWalkIn" in unsent(without_front_desk, LEFT_OUT)


def test_what_is_left_out_is_sent_by_nobody() -> None:
    assert commands_of_clients() >= LEFT_OUT
    assert NEVER_SENT.keys() >= LEFT_OUT
    assert not NEVER_SENT.keys() & set().union(*commands_by_actor().values())


def test_a_task_that_has_passed_no_crash_point_is_listed() -> None:
    idle = not_begun([f"{name}: reply before" for name in task_names() - {"bookings, ask ChangeBooking"}])

    assert idle == ["bookings, ask ChangeBooking"]
