"""The table of two-step actions: a row for each kind, and the ask of each row."""

from datetime import date

import pytest

from contracts.bookings.stay_changes import RequestedChange
from contracts.rooms.stay_changes import ChangedStay, RoomAfterChange
from contracts.values import Money
from services.bookings.actions.table import ACTIONS
from services.bookings.domain.change_intents import ChangeIntent
from services.bookings.domain.pending_action import ActionKind, PendingAction
from tests.unit.bookings.builders import ANNA, NOW, a_booking

KEYED_BY_BOOKING = {ActionKind.SUBMIT, ActionKind.RELEASE}
ASKS = {
    ActionKind.SUBMIT: "HoldInventory",
    ActionKind.RELEASE: "ReleaseInventory",
    ActionKind.ASSIGN: "GiveRoom",
    ActionKind.UNASSIGN: "TakeRoomBack",
    ActionKind.CHECK_IN: "MoveIn",
    ActionKind.SEAT: "MoveIn",
    ActionKind.MOVE: "MoveGuest",
    ActionKind.CHECK_OUT: "MoveOut",
    ActionKind.CUT_SHORT: "MoveOut",
    ActionKind.FORCE_OUT: "ClearRoom",
    ActionKind.CLEAR: "ClearRoom",
    ActionKind.EXTEND: "ExtendStay",
    ActionKind.CHANGE: "ChangeStay",
    ActionKind.HOLD_CHANGE: "HoldStayChange",
    ActionKind.APPLY_CHANGE: "ApplyStayChange",
    ActionKind.UNDO_CHECK_IN: "UndoMoveIn",
    ActionKind.UNDO_CHECK_OUT: "UndoMoveOut",
    ActionKind.UNDO_NO_SHOW: "HoldAgain",
}

A_CHANGE = ChangeIntent(
    change=RequestedChange(check_out=date(2030, 6, 15)),
    stay=ChangedStay(check_in=date(2030, 6, 12), check_out=date(2030, 6, 15), room_type="DBL", party=2),
    total=Money(34880, "EUR"),
    room=RoomAfterChange.NONE,
)


def intent(kind: ActionKind) -> PendingAction:
    return PendingAction(
        id="act-1",
        kind=kind,
        by=ANNA,
        started_at=NOW,
        room_number="101",
        reason="flood",
        left_on=date(2030, 6, 12),
        until=date(2030, 6, 15),
        change=A_CHANGE if kind in (ActionKind.CHANGE, ActionKind.HOLD_CHANGE) else None,
    )


def test_the_table_has_a_row_for_every_action_kind() -> None:
    assert set(ACTIONS) == set(ActionKind)


@pytest.mark.parametrize("kind", ActionKind)
def test_every_action_asks_rooms_for_its_own_part(kind: ActionKind) -> None:
    ask = ACTIONS[kind].ask(a_booking(), intent(kind))

    assert type(ask).__name__ == ASKS[kind]


@pytest.mark.parametrize("kind", sorted(set(ActionKind) - KEYED_BY_BOOKING))
def test_an_ask_is_keyed_by_the_id_of_its_action(kind: ActionKind) -> None:
    ask = ACTIONS[kind].ask(a_booking(), intent(kind))

    assert ask.action_id == "act-1"


def test_the_reason_of_a_cancellation_in_house_stays_with_the_booking() -> None:
    asks = {kind: ACTIONS[kind].ask(a_booking(), intent(kind)) for kind in (ActionKind.CHECK_OUT, ActionKind.CUT_SHORT)}

    assert asks[ActionKind.CHECK_OUT].note == "flood"
    assert asks[ActionKind.CUT_SHORT].note == ""


def test_a_forced_check_out_ends_the_stay_and_a_clearance_does_not() -> None:
    forced, clearance = (
        ACTIONS[kind].ask(a_booking(), intent(kind)) for kind in (ActionKind.FORCE_OUT, ActionKind.CLEAR)
    )

    assert (forced.ended, forced.force, forced.left_on, forced.note) == (True, True, date(2030, 6, 12), "flood")
    assert (clearance.ended, clearance.force, clearance.left_on, clearance.note) == (False, False, None, "flood")
