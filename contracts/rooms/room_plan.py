"""Room plans: rooms for stays without one, where needed with other stays moved; computed first, then applied as one."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from contracts.data import Data
from contracts.message import Command, Query
from contracts.rooms.assignments import RoomTaken


class ObstacleKind(StrEnum):
    """What keeps a stay from having a room."""

    STAY = "stay"
    BLOCK = "block"


class Obstacle(Data):
    """A stay (`id` is the booking's) or a block in the way of a stay, and its room in the plan.

    A room that is not ready tonight, and will not be, is a block whose id is `room/` and the room's number.
    """

    kind: ObstacleKind
    id: str
    room_number: str


class StayWithoutRoom(Data):
    """A stay that gets no room: the nights on which rooms are missing, and what is in the way.

    `blocked_by` is empty where no room of the type sleeps the party, and where the nights count on several types.
    """

    booking_id: str
    nights: tuple[date, ...]
    blocked_by: tuple[Obstacle, ...]


class StayNeedingRoom(Data):
    """A booking that is to have a room. `party` is the number of guests."""

    booking_id: str
    party: int


class PlannedStay(Data):
    """A stay and its room in the plan. `previous_room_number` is the room that the stay has now.

    `hold_version` is the version of the booking's hold that the plan was made for.
    """

    booking_id: str
    room_number: str
    hold_version: int
    previous_room_number: str | None = None


class RoomPlanProposal(Data):
    """The plan for the hotel as it was at `version`; nothing is changed yet.

    `proven` means that no plan gives more stays a room, `moves_at_least` that none as good as that moves fewer.
    """

    version: str
    assigned: tuple[PlannedStay, ...] = ()
    moved: tuple[PlannedStay, ...] = ()
    impossible: tuple[StayWithoutRoom, ...] = ()
    proven: bool = True
    moves_at_least: int = 0


class FindRoomPlan(Query[RoomPlanProposal]):
    """Find rooms of their types for the bookings in `needing`, each for its whole length.

    Other stays of the hotel may be moved, but for those in `fixed`, guests in house and upgraded stays. A booking that
    has a room, or no live hold, is left out. Not answered where the plan is not made within seconds.
    """

    answered_within: ClassVar[float] = 20.0

    hotel: str
    needing: tuple[StayNeedingRoom, ...]
    fixed: tuple[str, ...] = ()


class RoomGiven(Data):
    """A booking, and the room that the booking has now."""

    booking_id: str
    room: RoomTaken


class RoomPlanApplied(Data):
    """The rooms of the plan's stays. Nothing was changed where the plan was `outdated`."""

    outdated: bool = False
    rooms: tuple[RoomGiven, ...] = ()


class ApplyRoomPlan(Command[RoomPlanApplied]):
    """Give all these stays their rooms, or none where the hotel is no longer at the proposal's version.

    A repetition with the same `action_id` changes nothing and has the same reply: a plan that was outdated once is
    never applied.
    """

    action_id: str
    hotel: str
    hotel_version: str
    rooms: tuple[PlannedStay, ...]

    @property
    def booking_id(self) -> str:
        """No booking: the action is about several."""
        return ""
