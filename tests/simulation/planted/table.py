"""The table of planted faults."""

from collections.abc import Mapping, Sequence

from tests.simulation.planted import deadlines, delivery, effects, inventory, money, notices
from tests.simulation.planted.fault import PlantedFault

_MODULES = (inventory, effects, delivery, money, notices, deadlines)

FAULTS: Mapping[str, PlantedFault] = {
    row.name: row for module in _MODULES for row in vars(module).values() if isinstance(row, PlantedFault)
}


def chosen(names: Sequence[str]) -> list[PlantedFault]:
    """The faults with these names; all without a name. Raises `LookupError` for an unknown name."""
    if unknown := sorted(set(names) - FAULTS.keys()):
        raise LookupError(f"no planted fault is called {', '.join(unknown)}")
    return [FAULTS[name] for name in names] if names else list(FAULTS.values())
