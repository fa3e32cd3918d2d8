"""The turnover of a room: changes of its status by hand."""

from dataclasses import dataclass
from datetime import date

from contracts.message import Command
from contracts.rooms.events import MaintenancePriority, RoomStatus
from contracts.rooms.rooms import RoomView


@dataclass(frozen=True, kw_only=True)
class ChangeRoomStatus(Command[RoomView]):
    """Change the status of a room; refused `ILLEGAL_ROOM_TRANSITION`, `ROOM_HAS_GUEST`, `ROOM_NOT_FOUND`.

    `until` (hotel-local) is required where `to_status` is `OUT_OF_ORDER`. `priority` belongs to
    `MAINTENANCE_REQUIRED`; None: medium. `only_from` narrows the statuses before the change; empty: any that the
    lifecycle allows.
    """

    hotel: str
    room_number: str
    to_status: RoomStatus
    note: str = ""
    until: date | None = None
    priority: MaintenancePriority | None = None
    only_from: tuple[RoomStatus, ...] = ()
