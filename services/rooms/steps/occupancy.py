"""Records that a guest occupies or vacates a locked room."""

from dataclasses import replace

from contracts.rooms.events import ChangeSource, RoomOccupied, RoomVacated
from services.rooms.domain import turnover
from services.rooms.domain.rooms import Room
from services.rooms.lifecycle import Act, GuestMovedIn, GuestMovedOut
from services.rooms.steps import room_status
from services.rooms.work import RoomsWork


def occupy(work: RoomsWork, room: Room, *, booking_id: str, action_id: str, act: type[Act] = GuestMovedIn) -> Room:
    """Record that the booking's guest occupies the locked room, by this act; returns the room after the change."""
    work.publish(
        RoomOccupied(hotel=room.hotel, room_number=room.room_number, booking_id=booking_id, action_id=action_id)
    )
    source = turnover.source_of(act, work.caller)
    status = room_status.change(work, room, act, source=source, occupied_by=booking_id)
    return replace(room, status=status, occupied_by=booking_id)


def vacate(
    work: RoomsWork, room: Room, *, booking_id: str, action_id: str, note: str = "", act: type[Act] = GuestMovedOut
) -> Room:
    """Record that the booking's guest vacates the locked room, by this act; returns the room after the change."""
    work.publish(
        RoomVacated(hotel=room.hotel, room_number=room.room_number, booking_id=booking_id, action_id=action_id)
    )
    source = ChangeSource.FRONT_DESK if work.caller.kind == "staff" else ChangeSource.SYSTEM
    status = room_status.change(work, room, act, source=source, note=note)
    return replace(room, status=status, occupied_by=None)
