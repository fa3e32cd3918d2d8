"""Changes a locked room's status: writes room and audit row, updates the cleaning task, publishes the event."""

from contracts.rooms.events import ChangeSource, MaintenancePriority, RoomStatus, RoomStatusChanged
from services.rooms.domain import turnover
from services.rooms.domain.rooms import NewRoomStatus, Room, entry_name
from services.rooms.lifecycle import LIFECYCLE, Act
from services.rooms.steps import cleaning_tasks
from services.rooms.work import RoomsWork


def change(
    work: RoomsWork,
    room: Room,
    act: type[Act],
    *,
    source: ChangeSource,
    note: str = "",
    occupied_by: str | None = None,
    priority: MaintenancePriority | None = None,
) -> RoomStatus:
    """Record an act on the room; returns the status after the act.

    `occupied_by` is the booking that occupies the room after the act.
    """
    status = LIFECYCLE.after(room.status, act)
    priority = turnover.priority_after(act, before=room.maintenance_priority, requested=priority)
    new_status = NewRoomStatus(
        status=status,
        occupied_by=occupied_by,
        priority=priority,
        cleaned_at=work.now if act.cleans else None,
        inspected_at=work.now if act.inspects else None,
    )
    version = cleaning_tasks.follow(work, room, act, new_status)
    event = RoomStatusChanged(
        hotel=room.hotel,
        room_number=room.room_number,
        old_status=room.status,
        new_status=status,
        source=source,
        by=work.caller.actor,
        changed_at=work.now,
        priority=priority,
    )
    work.publish(event)
    what = entry_name(source, priority)
    work.record(
        event.subject, hotel=room.hotel, sequence=version, what=what, before=room.status, after=status, remark=note
    )
    return status
