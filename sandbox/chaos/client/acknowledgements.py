"""The acknowledged commands: each command that was answered 2xx, with fields of its answer."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class ClientAct(StrEnum):
    """A command about a booking. The value is the event that its effect publishes."""

    CREATED = "BookingHeld"
    SESSION_OPENED = "PaymentAwaited"
    PAID = "BookingAwaitsApproval"
    APPROVED = "BookingApproved"
    DECLINED = "BookingDeclined"
    CANCELLED = "BookingCancelled"
    ASSIGNED = "RoomAssigned"
    PLANNED = "RoomAssigned "
    AMENDED = "BookingAmended"
    CHECKED_IN = "GuestCheckedIn"
    CHECKED_OUT = "GuestCheckedOut"
    WALKED_IN = "GuestCheckedIn "  # a walk-in is created, assigned and checked in by one request
    CHATTED = "ChatMessageSent"
    CHANGE_HELD = "StayChangeHeld"
    CHANGE_PAID = "StayChanged"
    CHANGED = "StayChanged "  # by one request, with the difference owed
    CHECK_IN_UNDONE = "CheckInUndone"

    @property
    def event(self) -> str:
        return self.value.strip()


CHANGES = frozenset({ClientAct.CHANGED, ClientAct.CHANGE_PAID})


@dataclass(frozen=True)
class AcknowledgedCommand:
    """A command that was answered 2xx at `at` (monotonic seconds), with fields of the answer."""

    at: float
    act: ClientAct
    facts: Mapping[str, Any]


@dataclass
class StayRecord:
    """A booking as its clients know it. `unknown_outcomes` are commands that no answer has confirmed or refused."""

    number: int
    hotel: str
    email: str
    started: float = field(default_factory=time.monotonic)
    booking_id: str = ""
    token: str = ""
    total: str = ""
    currency: str = ""
    version: int = 0
    room: str = ""
    by_card: bool = True
    acknowledged: list[AcknowledgedCommand] = field(default_factory=list)
    unknown_outcomes: set[ClientAct] = field(default_factory=set)

    def acknowledge(self, act: ClientAct, **facts: Any) -> None:
        self.acknowledged.append(AcknowledgedCommand(time.monotonic(), act, facts))

    @property
    def facts(self) -> dict[str, tuple[ClientAct, Any]]:
        """Each field that an answer named last, with the command of that answer."""
        return {name: (each.act, value) for each in self.acknowledged for name, value in each.facts.items()}

    def of(self, act: ClientAct) -> AcknowledgedCommand | None:
        """The first acknowledgement of this command."""
        return next((each for each in self.acknowledged if each.act is act), None)

    @property
    def last_at(self) -> float:
        """When the last command was acknowledged."""
        return self.acknowledged[-1].at if self.acknowledged else self.started


@dataclass(frozen=True)
class AcknowledgedRoomChange:
    """A change of a room's status that was answered 2xx."""

    at: float
    hotel: str
    room: str
    new_status: str


@dataclass
class AcknowledgementLog:
    """All acknowledged commands of a run. The clients' thread writes the log, the judge reads it at rest."""

    stays: list[StayRecord] = field(default_factory=list)
    room_changes: list[AcknowledgedRoomChange] = field(default_factory=list)

    def new_stay(self, hotel: str, email: str) -> StayRecord:
        record = StayRecord(number=len(self.stays) + 1, hotel=hotel, email=email)
        self.stays.append(record)
        return record
