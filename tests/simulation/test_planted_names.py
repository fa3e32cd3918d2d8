"""What a row of the planted table names, by which it biases its runs, exists: a misspelt name would bias nothing."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import fields
from pathlib import Path

from tests.simulation.actors import operators, provider, roster, trips
from tests.simulation.mixture import Mixture
from tests.simulation.planted import run_bias
from tests.simulation.planted.fault import PlantedFault, planted
from tests.simulation.planted.replacing import Replacements
from tests.simulation.planted.table import FAULTS

MODULES = [path for path in Path(__file__).parent.rglob("*.py") if not path.name.startswith("test_")]
CHANCES = {"chance", "fault"}  # functions that are called with the name of what they draw
CHOICES = {"pick", "one_of", "_one_of", "weighted"}


def names_in_calls(functions: Collection[str]) -> set[str]:
    """The texts among the first two arguments of all calls of these functions in the simulation."""
    calls = (node for path in MODULES for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    arguments = [each for call in calls if _name(call.func) in functions for each in call.args[:2]]
    return {each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def unknown_names(faults: Collection[PlantedFault]) -> Iterator[tuple[str, str]]:
    """The names in these rows that name nothing, each after the name of its fault."""
    duties = [getattr(roster, name) for name in run_bias.DUTIES]
    steps = [weights for name in run_bias.STEPS for weights in getattr(trips, name).values()]
    acts = {each.__name__ for weights in (*duties, *steps, provider.STEPS, operators.DUTIES) for each in weights}
    chances, choices = names_in_calls(CHANCES), names_in_calls(CHOICES)
    actors, mixture = roster.all_actors("ordinary"), {each.name for each in fields(Mixture)}
    for fault in faults:
        chosen_acts = [each.__name__ for options in fault.choices.values() for each in options if callable(each)]
        for names, known in (
            ((*fault.favours, *chosen_acts), acts),
            (fault.actors, actors),
            (fault.odds, chances),
            (fault.choices, choices),
            (fault.choices.get("kind of run", ()), roster.RUN_KINDS),
            (fault.mixture, mixture),
        ):
            yield from ((fault.name, name) for name in names if name not in known)


def _name(function: ast.expr) -> str:
    name: str = getattr(function, "attr", getattr(function, "id", ""))
    return name


def test_every_name_in_a_row_names_something() -> None:
    assert list(unknown_names(FAULTS.values())) == []
    assert run_bias.BUSY.keys() <= names_in_calls(CHOICES)


def wave() -> None:
    """Nobody's duty."""


@planted(
    "I1", actors=("dusk",), favours=("wlak_in",), odds={"aks again": 1.0}, choices={"duties": (wave,)},
    kind_of_run="rich", deahts=0.1,
)  # fmt: skip
def nothing_that_exists(_: Replacements) -> None:
    """Nothing is changed."""


def test_misspelt_names_are_noticed() -> None:
    names = {name for _, name in unknown_names([nothing_that_exists])}

    assert names == {"dusk", "wlak_in", "aks again", "duties", "wave", "rich", "deahts"}
