"""Walk-ins: guests who arrive without a booking."""

from datetime import date

from contracts.data import Data
from contracts.message import Command
from contracts.rooms.assignments import RoomAction, RoomTaken
from contracts.rooms.holds import Held
from contracts.rooms.hotels import WiFi


class Received(Data):
    """The reply to a walk-in: the terms of the hold, the room that the guest occupies, and the hotel's Wi-Fi."""

    held: Held
    room: RoomTaken
    wifi: WiFi


class ReceiveWalkIn(RoomAction, Command[Received]):
    """Sell the nights of the room's type to the booking, assign the room and move the guest in, all or nothing.

    A repetition with the same `action_id` changes nothing. `check_in` is today or yesterday, hotel-local.
    `room_versions` are the room versions that the client accepts; asks stored by earlier releases have one such version
    in `room_version` instead. Refused `VALIDATION_ERROR` or `BEYOND_HORIZON` for invalid dates or an invalid party, and
    `ROOM_NOT_FOUND`, `ROOM_NOT_BOOKABLE`, `ROOM_OVERLAP_CONFLICT`, `ROOM_OCCUPIED`, `ROOM_NOT_READY`, `SOLD_OUT`,
    `VERSION_MISMATCH`; `ROOM_TOO_SMALL` where the room sleeps fewer than the party, unless `override`.
    """

    room_number: str
    check_in: date
    check_out: date
    adults: int
    children: int
    room_version: int | None = None
    room_versions: tuple[int, ...] | None = None
    override: bool = False
