"""Events about inventory, rooms and hotels."""

from datetime import date, datetime
from enum import StrEnum

from contracts.message import Event
from contracts.values import Actor


class RoomStatus(StrEnum):
    """The status of a room in its turnover."""

    READY_FOR_GUEST = "READY_FOR_GUEST"
    OCCUPIED = "OCCUPIED"
    CHECKOUT_DIRTY = "CHECKOUT_DIRTY"
    CLEANING_IN_PROGRESS = "CLEANING_IN_PROGRESS"
    CLEANED_UNINSPECTED = "CLEANED_UNINSPECTED"
    MAINTENANCE_REQUIRED = "MAINTENANCE_REQUIRED"
    OUT_OF_ORDER = "OUT_OF_ORDER"


class MaintenancePriority(StrEnum):
    """The priority of a repair."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    URGENT = "URGENT"


class TaskReason(StrEnum):
    """The reason of a cleaning task."""

    CHECK_OUT = "CHECK_OUT"
    INSPECTION_FAILED = "INSPECTION_FAILED"
    REPAIRED = "REPAIRED"
    BACK_IN_ORDER = "BACK_IN_ORDER"


class ChangeSource(StrEnum):
    """The source of a status change."""

    FRONT_DESK = "FRONT_DESK"
    HOUSEKEEPING = "HOUSEKEEPING"
    SYSTEM = "SYSTEM"
    MANAGER_OVERRIDE = "MANAGER_OVERRIDE"


class InventoryEvent(Event, abstract=True):
    """An event about the hold of one booking."""

    booking_id: str
    hotel: str

    @property
    def subject(self) -> str:
        return f"hold/{self.booking_id}"


class InventoryHeld(InventoryEvent):
    """The nights `[check_in, check_out)` of a room type are sold to this booking."""

    room_type_code: str
    check_in: date
    check_out: date
    held_at: datetime


class InventoryExtended(InventoryEvent):
    """The nights `[first_night, until)` are added to the hold.

    `action_id` is the `action_id` of the ask that caused the event.
    """

    room_type_code: str
    first_night: date
    until: date
    action_id: str


class InventoryChanged(InventoryEvent):
    """The hold has the nights `[check_in, check_out)` of a room type, in place of those that the hold had before.

    `action_id` is the `action_id` of the ask that caused the event.
    """

    room_type_code: str
    check_in: date
    check_out: date
    action_id: str


class InventoryReleased(InventoryEvent):
    """The booking's nights from `released_from` on are released; all nights where `released_from` is None."""

    released_from: date | None = None


class AvailabilityChanged(Event):
    """The hotel's rooms, blocks, types, rates or overbooking allowance have changed; bookings do not cause this event.

    `room_types` has the codes of the changed types; an empty `room_types` stands for all types.
    """

    hotel: str
    room_types: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return f"availability/{self.hotel}"


class RoomEvent(Event, abstract=True):
    """An event about one room."""

    hotel: str
    room_number: str

    @property
    def subject(self) -> str:
        return f"room/{self.hotel}/{self.room_number}"


class RoomOccupied(RoomEvent):
    """The booking's guest occupies the room. `action_id` is the `action_id` of the ask that caused the event."""

    booking_id: str
    action_id: str


class RoomVacated(RoomEvent):
    """The booking's guest has vacated the room. `action_id` is the `action_id` of the ask that caused the event."""

    booking_id: str
    action_id: str


class RoomStatusChanged(RoomEvent):
    """The status of the room has changed. `priority` is set while the room needs a repair."""

    old_status: RoomStatus
    new_status: RoomStatus
    source: ChangeSource
    by: Actor
    changed_at: datetime
    priority: MaintenancePriority | None = None


class RoomBlocked(RoomEvent):
    """The room is blocked on the nights `[starts_on, until)`. The event does not contain the reason."""

    block_id: int
    room_type_code: str
    starts_on: date
    until: date
    out_of_order: bool
    by: Actor
    blocked_at: datetime


class RoomUnblocked(RoomEvent):
    """A block has ended, so that the room is available again on the nights `[free_from, until)`."""

    block_id: int
    room_type_code: str
    free_from: date
    until: date
    by: Actor
    unblocked_at: datetime


class HousekeepingTaskOpened(RoomEvent):
    """A cleaning task was opened for the room."""

    task_id: int
    reason: TaskReason
    opened_at: datetime


class HousekeepingTaskDone(RoomEvent):
    """The cleaning task of the room was closed."""

    task_id: int
    by: Actor
    done_at: datetime


class HousekeepingTaskWithdrawn(RoomEvent):
    """The cleaning task of the room was withdrawn, because the guest is back in the room."""

    task_id: int
    by: Actor
    withdrawn_at: datetime


class HotelSettingsChanged(Event):
    """A hotel's settings have changed. `fields` has the names of the changed settings.

    `version_number` counts the writes of the hotel's settings.
    """

    hotel: str
    fields: tuple[str, ...] = ()
    version_number: int = 1

    @property
    def subject(self) -> str:
        return f"hotel/{self.hotel}"
