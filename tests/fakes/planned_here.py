"""Room plans without a process for each: `tests/unit/rooms/test_plan_process.py` shows that the process makes them."""

from services.rooms.domain.room_plan.plan import RoomPlan, plan_rooms
from services.rooms.domain.room_plan.sources import PlanSources
from services.rooms.work import RoomsDependencies


def planned_here(sources: PlanSources) -> RoomPlan:
    """The room plan, made without a process of its own and without the exact solver."""
    return plan_rooms(sources.rooms, sources.stays, sources.blocks)


PLANNING_HERE = RoomsDependencies(plan=planned_here)
