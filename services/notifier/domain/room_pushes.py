"""The table of pushes, as far as the events of rooms cause them."""

from contracts.rooms.events import (
    AvailabilityChanged,
    HotelSettingsChanged,
    HousekeepingTaskDone,
    HousekeepingTaskOpened,
    HousekeepingTaskWithdrawn,
    InventoryChanged,
    InventoryExtended,
    InventoryHeld,
    InventoryReleased,
    RoomBlocked,
    RoomStatusChanged,
    RoomUnblocked,
)
from services.notifier.domain import realtime_events as realtime
from services.notifier.domain.push_rule import PushRule

ROOM_PUSHES = (
    PushRule(
        RoomStatusChanged,
        (realtime.ROOM_STATUS_CHANGED,),
        ("room_number", "old_status", "new_status", "source", "priority"),
        by="by",
    ),
    PushRule(
        RoomBlocked,
        (realtime.ROOM_BLOCKED,),
        ("room_number", "block_id", "starts_on", "until", "out_of_order", "blocked_at"),
        by="by",
    ),
    PushRule(
        RoomUnblocked,
        (realtime.ROOM_UNBLOCKED,),
        ("room_number", "block_id", "free_from", "until", "unblocked_at"),
        by="by",
    ),
    PushRule(
        HousekeepingTaskOpened, (realtime.HOUSEKEEPING_TASK_CREATED,), ("room_number", "task_id", "reason", "opened_at")
    ),
    PushRule(HousekeepingTaskDone, (realtime.HOUSEKEEPING_TASK_DONE,), ("room_number", "task_id", "done_at"), by="by"),
    PushRule(
        HousekeepingTaskWithdrawn,
        (realtime.HOUSEKEEPING_TASK_WITHDRAWN,),
        ("room_number", "task_id", "withdrawn_at"),
        by="by",
    ),
    PushRule(HotelSettingsChanged, (realtime.SETTINGS_UPDATED,), ("fields",), {"version": "version_number"}),
    # Coalesced into one push per hotel and second (`domain.availability`), so the push carries nothing of a booking.
    PushRule(InventoryHeld, (realtime.AVAILABILITY_CHANGED,)),
    PushRule(InventoryExtended, (realtime.AVAILABILITY_CHANGED,)),
    PushRule(InventoryChanged, (realtime.AVAILABILITY_CHANGED,)),
    PushRule(InventoryReleased, (realtime.AVAILABILITY_CHANGED,)),
    PushRule(AvailabilityChanged, (realtime.AVAILABILITY_CHANGED,)),
)
