"""What the plan's process is asked, as one JSON text on its standard input. It answers with a `RoomPlan`."""

from contracts.data import Data
from services.rooms.domain.room_plan.sources import PlanSources


class PlanToMake(Data):
    """The sources of a plan, and the seconds that exact solvers may take of it."""

    sources: PlanSources
    exact_seconds: float
