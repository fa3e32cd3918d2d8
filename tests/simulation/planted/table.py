"""The table of planted faults."""

from collections.abc import Mapping

from tests.simulation.planted import (
    changes,
    deadlines,
    delivery,
    effects,
    hosting,
    inventory,
    jobs,
    money,
    notices,
    refunds,
)
from tests.simulation.planted.fault import PlantedFault

_MODULES = (inventory, effects, delivery, jobs, hosting, money, refunds, changes, notices, deadlines)

FAULTS: Mapping[str, PlantedFault] = {
    row.name: row for module in _MODULES for row in vars(module).values() if isinstance(row, PlantedFault)
}
