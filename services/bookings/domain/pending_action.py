"""The intent of a two-step action: what a booking stores while the rooms service is asked."""

from datetime import date, datetime
from enum import StrEnum

from contracts.data import Data
from contracts.rooms.events import RoomStatus
from contracts.values import Actor
from services.bookings.domain.change_intents import ChangeIntent


class ActionKind(StrEnum):
    """A two-step action: an ask to the rooms service between two transactions. The database stores the values."""

    SUBMIT = "SUBMIT"
    ASSIGN = "ASSIGN"
    UNASSIGN = "UNASSIGN"
    CHECK_IN = "CHECK_IN"
    MOVE = "MOVE"
    CHECK_OUT = "CHECK_OUT"
    FORCE_OUT = "FORCE_OUT"
    CLEAR = "CLEAR"
    SEAT = "SEAT"
    EXTEND = "EXTEND"
    CHANGE = "CHANGE"
    HOLD_CHANGE = "HOLD_CHANGE"
    APPLY_CHANGE = "APPLY_CHANGE"
    CUT_SHORT = "CUT_SHORT"
    RELEASE = "RELEASE"
    UNDO_CHECK_IN = "UNDO_CHECK_IN"
    UNDO_CHECK_OUT = "UNDO_CHECK_OUT"
    UNDO_NO_SHOW = "UNDO_NO_SHOW"


class PlanPart(Data):
    """The part of a room plan that is about one booking.

    `version` is the version of the hotel, and `hold_version` that of the booking's hold, that the plan was made for.
    """

    version: str
    hold_version: int
    previous_room_number: str | None = None


class PendingAction(Data):
    """The intent of an action. While the intent is stored, competing commands are refused `ACTION_IN_PROGRESS`.

    `id` is the `action_id` of the ask to the rooms service, which the bookings of one room `plan` share. `key` and
    `fingerprint` are those of the request that began the action, under which whoever ends the action stores the reply.
    `erases` means that a check-out deletes chat and open orders, `override` that the room may be too small for the
    party. `room_status` is the room's status after an undone check-in, `ended_at_version` the version of the booking
    with the no-show that is undone. `locked` locks the assigned room; `change` is the intent of a change, and
    `change_id` the change that is applied.
    """

    id: str
    kind: ActionKind
    by: Actor
    started_at: datetime
    room_number: str = ""
    notes: str = ""
    reason: str = ""
    left_on: date | None = None
    until: date | None = None
    waive_fee: bool = False
    erases: bool = False
    override: bool = False
    locked: bool = False
    plan: PlanPart | None = None
    room_status: RoomStatus | None = None
    ended_at_version: int = 0
    change: ChangeIntent | None = None
    change_id: str = ""
    key: str | None = None
    fingerprint: str = ""

    @property
    def change_intent(self) -> ChangeIntent:
        """The intent of a change. Raises `ValueError` for an action of another kind."""
        if self.change is None:
            raise ValueError("a pending change has its intent")
        return self.change
