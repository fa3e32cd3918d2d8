"""The turnover of a room: changes of the room's status by staff."""

from datetime import date

from contracts.message import Command
from contracts.rooms.events import MaintenancePriority, RoomStatus
from contracts.rooms.rooms import RoomAsk, RoomView


class ChangeRoomStatus(RoomAsk, Command[RoomView]):
    """Change the status of a room.

    `until` (hotel-local) is required where `to_status` is `OUT_OF_ORDER`. `priority` applies to `MAINTENANCE_REQUIRED`
    only, where None means medium. An empty `only_from` allows every status before the change. Refused `ROOM_NOT_FOUND`,
    `ROOM_HAS_GUEST` for an occupied room, `ILLEGAL_ROOM_TRANSITION` where the lifecycle does not allow the change, or
    `only_from` does not list the current status.
    """

    to_status: RoomStatus
    note: str = ""
    until: date | None = None
    priority: MaintenancePriority | None = None
    only_from: tuple[RoomStatus, ...] = ()
