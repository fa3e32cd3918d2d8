"""The turnover of a room: changes of its status by hand."""

from dataclasses import dataclass
from datetime import date

from contracts.message import Command
from contracts.rooms.events import MaintenancePriority, RoomStatus
from contracts.rooms.rooms import RoomView


@dataclass(frozen=True, kw_only=True)
class ChangeRoomStatus(Command[RoomView]):
    """Move a room along its turnover; refused `ILLEGAL_ROOM_TRANSITION`, `ROOM_HAS_GUEST`, `ROOM_NOT_FOUND`.

    `until` (hotel-local) is required where `to_status` is `OUT_OF_ORDER`. `priority` goes with `MAINTENANCE_REQUIRED`
    (not said: medium). `only_from` narrows what the named actions
    (start-cleaning, inspect …) accept; empty: whatever the lifecycle allows.
    """

    hotel: str
    room_number: str
    to_status: RoomStatus
    note: str = ""
    until: date | None = None
    priority: MaintenancePriority | None = None
    only_from: tuple[RoomStatus, ...] = ()
