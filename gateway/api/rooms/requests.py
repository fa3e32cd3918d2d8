"""What is sent about rooms."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictInt

from gateway.http.fields import Body, Changes, Code, Count, Day, Prose, RoomNumber

Target = Literal[
    "READY_FOR_GUEST",
    "OCCUPIED",
    "CHECKOUT_DIRTY",
    "CLEANING_IN_PROGRESS",
    "CLEANED_UNINSPECTED",
    "MAINTENANCE_REQUIRED",
    "OUT_OF_ORDER",
]

RoomId = Annotated[StrictInt, Field(ge=1, le=2**31 - 1)]
Floor = Annotated[Count, Field(ge=-20, le=300)]


class NewRoom(Body):
    """A room to add. `room_type` is a code or a name."""

    room_number: RoomNumber
    room_type: Code
    floor: Floor | None = None
    notes: Prose = ""
    is_active: bool = Field(True, description="Whether it is in service, and so on sale.")


class RoomChanges(Changes):
    """What is to be different of a room. Its status changes by its turnover."""

    room_type: Code | None = None
    floor: Floor | None = None
    notes: Prose | None = None
    is_active: bool | None = None


class Assignment(Body):
    """Which room a booking gets."""

    room_number: RoomNumber
    notes: Prose = ""


class Move(Body):
    """Where a guest in house goes, and why. Both texts stay with the hotel."""

    to_room_number: RoomNumber
    reason: Prose = ""
    notes: Prose = ""


class Departures(Body):
    """Which rooms are to be checked out: a number is a room's id, a text its number."""

    room_ids: list[RoomId | RoomNumber] = Field(min_length=1, max_length=100)
    destructive: bool = False
    reason: Prose = ""


class Inspection(Body):
    """What the inspection found."""

    passed: bool
    notes: Prose = ""


class Maintenance(Body):
    """What is broken, and how much it matters."""

    priority: Literal["LOW", "MEDIUM", "HIGH", "URGENT"] = "MEDIUM"
    notes: Prose = ""


class Remark(Body):
    """A remark for the room's history."""

    notes: Prose = ""


class Block(Body):
    """From when (today, if not said) until which day nobody has the room, and why."""

    starts_on: Day | None = None
    until: Day
    reason: Prose = ""


class TaskAssignment(Body):
    """Whose task it is: a colleague's `staff_id`, null for nobody's, left out for one's own."""

    staff_id: UUID | None = None


class StatusChange(Body):
    """Where the room is to go. Out of order needs a day `until`; skipping the inspection needs a note."""

    to_status: Target
    note: Prose = ""
    until: Day | None = None
