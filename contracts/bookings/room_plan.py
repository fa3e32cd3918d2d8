"""Room plans: rooms for all stays of some nights, where needed with other stays moved."""

from datetime import date

from contracts.data import Data
from contracts.message import Command
from contracts.rooms.room_plan import StayWithoutRoom


class AssignedStay(Data):
    """A stay that had no room, and its room."""

    booking_id: str
    room_number: str


class MovedStay(Data):
    """A stay that had a room, and its new room."""

    booking_id: str
    from_room: str
    to_room: str


class RoomsPlanned(Data):
    """The plan, which is carried out unless the command was a dry run.

    `proven` means that no plan gives more stays a room, `moves_at_least` that none as good as that moves fewer.
    """

    assigned: tuple[AssignedStay, ...] = ()
    moved: tuple[MovedStay, ...] = ()
    impossible: tuple[StayWithoutRoom, ...] = ()
    proven: bool = True
    moves_at_least: int = 0


class PlanRooms(Command[RoomsPlanned]):
    """Give every confirmed stay with a night in `[starts_on, until)` a room of its type for its whole length.

    With `booking_ids`, only these stays get a room. Stays may be moved for that, wherever they are, but for guests in
    house, upgraded stays, and bookings with a pending action. Where not all fit, most get a room, and
    nobody loses one. With `dry_run`, nothing changes.

    Refused `BOOKING_NOT_FOUND`, `BOOKING_STATUS_NOT_ASSIGNABLE`, `BOOKING_ALREADY_CHECKED_IN` and `ACTION_IN_PROGRESS`
    for a booking of `booking_ids`; `VALIDATION_ERROR` for more than 366 nights or 500 stays; `PLAN_OUTDATED` where
    rooms and stays changed during each of three attempts.
    """

    hotel: str
    starts_on: date
    until: date
    booking_ids: tuple[str, ...] | None = None
    dry_run: bool = False
