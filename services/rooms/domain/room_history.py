"""The history of a room: its audit subject, and the name by which an audit row stores a status change.

The name consists of `RoomStatusChanged`, the source, and the maintenance priority if any, separated by spaces.
"""

from contracts.rooms.events import ChangeSource, MaintenancePriority

STATUS_CHANGED = "RoomStatusChanged"


def subject_of(hotel: str, room_number: str) -> str:
    """The audit subject of a room."""
    return f"room/{hotel}/{room_number}"


def entry_name(source: ChangeSource, priority: MaintenancePriority | None) -> str:
    """The stored name of a status change."""
    return " ".join((STATUS_CHANGED, source, *filter(None, [priority])))


def parsed_entry_name(name: str) -> tuple[str, MaintenancePriority | None]:
    """The source and the maintenance priority in the stored name of a status change."""
    _, source, *priority = name.split()
    return source, MaintenancePriority(priority[0]) if priority else None
