"""The table of planted faults."""

from collections.abc import Mapping

from tests.simulation.planted import (
    changes,
    changes_paid_first,
    deadlines,
    delivery,
    effects,
    hosting,
    inventory,
    jobs,
    money,
    notices,
    refunds,
    room_plans,
)
from tests.simulation.planted.fault import PlantedFault

_MODULES = (
    inventory, effects, delivery, jobs, hosting, money, refunds, changes, changes_paid_first, room_plans, notices,
    deadlines,
)  # fmt: skip

FAULTS: Mapping[str, PlantedFault] = {
    row.name: row for module in _MODULES for row in vars(module).values() if isinstance(row, PlantedFault)
}
