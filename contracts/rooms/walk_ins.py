"""Walk-ins: guests who are received without a booking."""

from dataclasses import dataclass
from datetime import date

from contracts.message import Command
from contracts.rooms.assignments import RoomTaken
from contracts.rooms.holds import Held
from contracts.rooms.hotels import WiFi


@dataclass(frozen=True, kw_only=True)
class Received:
    """The terms of a walk-in's hold, the room that the guest occupies, and the hotel's Wi-Fi."""

    held: Held
    room: RoomTaken
    wifi: WiFi


@dataclass(frozen=True, kw_only=True)
class ReceiveWalkIn(Command[Received]):
    """Sell the nights of the room's type to the booking, assign the room and move the guest in, all or nothing.

    `check_in` is the hotel's today, or yesterday. Keyed by `action_id`. `room_versions` are the versions of the
    room that the client accepts; `room_version` is the same in asks of older bookings, which have one only.
    Refused by the rules of a stay, and `ROOM_NOT_FOUND`, `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT`, `ROOM_OCCUPIED`,
    `ROOM_NOT_READY`, `SOLD_OUT`, `VERSION_MISMATCH`.
    """

    action_id: str
    booking_id: str
    hotel: str
    room_number: str
    check_in: date
    check_out: date
    adults: int
    children: int
    room_version: int | None = None
    room_versions: tuple[int, ...] | None = None
