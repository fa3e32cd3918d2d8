"""The turnover of a room: changes of the room's status by staff."""

from datetime import date

from contracts.message import Command
from contracts.rooms.events import MaintenancePriority, RoomStatus
from contracts.rooms.rooms import RoomAsk, RoomView


class ChangeRoomStatus(RoomAsk, Command[RoomView]):
    """Change the status of a room.

    `until` (hotel-local) is required where `to_status` is `OUT_OF_ORDER`. `priority` applies to `MAINTENANCE_REQUIRED`
    only; None means medium. `only_from` lists the permitted current statuses; an empty `only_from` permits all. Refused
    `ROOM_NOT_FOUND`, `ROOM_HAS_GUEST` for an occupied room, and `ILLEGAL_ROOM_TRANSITION` where the lifecycle or
    `only_from` does not permit the change.
    """

    to_status: RoomStatus
    note: str = ""
    until: date | None = None
    priority: MaintenancePriority | None = None
    only_from: tuple[RoomStatus, ...] = ()
