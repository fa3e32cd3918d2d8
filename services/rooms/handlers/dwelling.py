"""A room is lived in from now on, or no longer: its row, its trail, its facts, and the work that it makes."""

from dataclasses import replace

from contracts.rooms import ChangeSource, RoomOccupied, RoomVacated
from services.rooms.domain import turnover
from services.rooms.domain.assigning import Room
from services.rooms.handlers.turning import turn
from services.rooms.lifecycle import GuestMovedIn, GuestMovedOut
from services.rooms.work import RoomsWork


def occupy(work: RoomsWork, room: Room, *, booking_id: str, action_id: str) -> Room:
    """The booking's guest lives in the room, which must be locked and ready. The room as it is then."""
    work.publish(
        RoomOccupied(hotel=room.hotel, room_number=room.room_number, booking_id=booking_id, action_id=action_id)
    )
    source = turnover.source_of(GuestMovedIn, work.caller)
    status = turn(work, room, GuestMovedIn, source=source, occupied_by=booking_id)
    return replace(room, status=status, occupied_by=booking_id)


def vacate(work: RoomsWork, room: Room, *, booking_id: str, action_id: str, note: str = "") -> Room:
    """The booking's guest has left the room, which must be locked: somebody has to clean it. The room as it is then."""
    work.publish(
        RoomVacated(hotel=room.hotel, room_number=room.room_number, booking_id=booking_id, action_id=action_id)
    )
    source = ChangeSource.FRONT_DESK if work.caller.kind == "staff" else ChangeSource.SYSTEM
    status = turn(work, room, GuestMovedOut, source=source, note=note)
    return replace(room, status=status, occupied_by=None)
