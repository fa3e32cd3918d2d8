"""Facts about inventory and rooms."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from contracts.message import Event
from contracts.values import Actor


class RoomStatus(StrEnum):
    """Where a room stands in its turnover."""

    READY_FOR_GUEST = "READY_FOR_GUEST"
    OCCUPIED = "OCCUPIED"
    CHECKOUT_DIRTY = "CHECKOUT_DIRTY"
    CLEANING_IN_PROGRESS = "CLEANING_IN_PROGRESS"
    CLEANED_UNINSPECTED = "CLEANED_UNINSPECTED"
    MAINTENANCE_REQUIRED = "MAINTENANCE_REQUIRED"
    OUT_OF_ORDER = "OUT_OF_ORDER"


class MaintenancePriority(StrEnum):
    """How much it matters that something in a room is broken."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    URGENT = "URGENT"


class TaskReason(StrEnum):
    """Why a room is to be cleaned."""

    CHECK_OUT = "CHECK_OUT"
    INSPECTION_FAILED = "INSPECTION_FAILED"
    REPAIRED = "REPAIRED"
    BACK_IN_ORDER = "BACK_IN_ORDER"


class ChangeSource(StrEnum):
    """Whose hand changed a room."""

    FRONT_DESK = "FRONT_DESK"
    HOUSEKEEPING = "HOUSEKEEPING"
    SYSTEM = "SYSTEM"
    MANAGER_OVERRIDE = "MANAGER_OVERRIDE"


@dataclass(frozen=True, kw_only=True)
class InventoryEvent(Event, abstract=True):
    """A fact about what one booking holds."""

    booking_id: str
    hotel: str

    @property
    def subject(self) -> str:
        return f"hold/{self.booking_id}"


@dataclass(frozen=True, kw_only=True)
class InventoryHeld(InventoryEvent):
    """The nights `[check_in, check_out)` of a room type are sold to this booking."""

    room_type_code: str
    check_in: date
    check_out: date
    held_at: datetime


@dataclass(frozen=True, kw_only=True)
class InventoryExtended(InventoryEvent):
    """The nights `[first_night, until)` are sold to this booking too. `action_id` names the ask that this answers."""

    room_type_code: str
    first_night: date
    until: date
    action_id: str


@dataclass(frozen=True, kw_only=True)
class InventoryReleased(InventoryEvent):
    """The booking's nights from `released_from` on are free again; None: all of them."""

    released_from: date | None = None


@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged(Event):
    """By the hotel's own hand, not by a booking: its rooms, types, rates or allowance have changed.

    `room_types` are the codes that it concerns; none: all of them.
    """

    hotel: str
    room_types: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        return f"availability/{self.hotel}"


@dataclass(frozen=True, kw_only=True)
class RoomEvent(Event, abstract=True):
    """A fact about one room."""

    hotel: str
    room_number: str

    @property
    def subject(self) -> str:
        return f"room/{self.hotel}/{self.room_number}"


@dataclass(frozen=True, kw_only=True)
class RoomOccupied(RoomEvent):
    """The booking's guest lives in the room from now on. `action_id` names the ask that this answers."""

    booking_id: str
    action_id: str


@dataclass(frozen=True, kw_only=True)
class RoomVacated(RoomEvent):
    """The booking's guest has left the room. `action_id` names the ask that this answers."""

    booking_id: str
    action_id: str


@dataclass(frozen=True, kw_only=True)
class RoomStatusChanged(RoomEvent):
    """The room went from one status of its turnover to another. `priority` is set while something in it is broken."""

    old_status: RoomStatus
    new_status: RoomStatus
    source: ChangeSource
    by: Actor
    changed_at: datetime
    priority: MaintenancePriority | None = None


@dataclass(frozen=True, kw_only=True)
class RoomBlocked(RoomEvent):
    """Nobody has the room on the nights `[starts_on, until)`. Why, only staff are told when they ask."""

    block_id: int
    room_type_code: str
    starts_on: date
    until: date
    out_of_order: bool
    by: Actor
    blocked_at: datetime


@dataclass(frozen=True, kw_only=True)
class RoomUnblocked(RoomEvent):
    """What was left of a block is lifted: the nights from `free_from` on may be had again."""

    block_id: int
    room_type_code: str
    free_from: date
    until: date
    by: Actor
    unblocked_at: datetime


@dataclass(frozen=True, kw_only=True)
class HousekeepingTaskOpened(RoomEvent):
    """The room is to be cleaned."""

    task_id: int
    reason: TaskReason
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class HousekeepingTaskDone(RoomEvent):
    """The room has been cleaned, or needs it no more."""

    task_id: int
    by: Actor
    done_at: datetime


@dataclass(frozen=True, kw_only=True)
class HotelSettingsChanged(Event):
    """A hotel's settings were written; `fields` names those that changed, `version` counts its writes."""

    hotel: str
    fields: tuple[str, ...] = ()
    version_number: int = 1

    @property
    def subject(self) -> str:
        return f"hotel/{self.hotel}"
