"""Requests about rooms, their status, their blocks and housekeeping tasks."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.http.fields import FROM_JSON, Body, Changes, Code, Count, Day, Prose, RoomNumber

TargetStatus = Literal[
    "READY_FOR_GUEST",
    "OCCUPIED",
    "CHECKOUT_DIRTY",
    "CLEANING_IN_PROGRESS",
    "CLEANED_UNINSPECTED",
    "MAINTENANCE_REQUIRED",
    "OUT_OF_ORDER",
]
Floor = Annotated[Count, Field(ge=-20, le=300)]


class NewRoom(Body):
    """A room. `room_type` is a code or a name."""

    room_number: RoomNumber = Field(examples=["101"])
    room_type: Code = Field(examples=["STD"])
    floor: Floor | None = Field(None, examples=[1])
    notes: Prose = ""
    is_active: bool = Field(True, description="Whether the room is in service, and so on sale.")


class RoomChanges(Changes):
    """Fields to change. The status has operations of its own."""

    room_type: Code | None = None
    floor: Floor | None = Field(None, examples=[1])
    notes: Prose | None = Field(None, examples=["The window sticks."])
    is_active: bool | None = None


class Inspection(Body):
    """The result of an inspection."""

    passed: bool = Field(examples=[True])
    notes: Prose = ""


class Maintenance(Body):
    """The maintenance that a room needs."""

    priority: Literal["LOW", "MEDIUM", "HIGH", "URGENT"] = Field("MEDIUM", examples=["HIGH"])
    notes: Prose = Field("", examples=["The shower drips."])


class Remark(Body):
    """A note for the history of the room."""

    notes: Prose = ""


class NewBlock(Body):
    """The nights `[starts_on, until)` of a block, and the reason. Without `starts_on`, the block starts today."""

    starts_on: Day | None = None
    until: Day = Field(examples=["2026-08-17"])
    reason: Prose = Field("", examples=["New carpet."])


class BlockedNights(BaseModel):
    """Selects the blocks that overlap the nights `[starts_on, until)`. A missing bound sets no limit."""

    starts_on: Day | None = None
    until: Day | None = None


class TaskAssignment(Body):
    """The assignee: a colleague's `staff_id`, or null for nobody. Without `staff_id`, the caller is the assignee."""

    staff_id: Annotated[UUID, FROM_JSON] | None = None


class StatusChange(Body):
    """The new status. `OUT_OF_ORDER` needs a date in `until`; a status that skips the inspection needs a note."""

    to_status: TargetStatus = Field(examples=["OUT_OF_ORDER"])
    note: Prose = Field("", examples=["Burst pipe."])
    until: Day | None = Field(None, examples=["2026-08-20"])
