"""The table of two-step actions: one row for each `ActionKind`."""

from services.bookings.actions import (
    apply_change,
    assign,
    cancel,
    change,
    check_in,
    check_out,
    extend,
    hold_change,
    move,
    occupy_again,
    release,
    submit,
    unassign,
    undo_check_in,
    undo_check_out,
    undo_no_show,
    vacate,
)
from services.bookings.domain.pending_action import ActionKind
from services.bookings.steps.pending_actions import TwoStepAction

ACTIONS: dict[ActionKind, TwoStepAction] = {
    action.kind: action
    for action in (
        submit.SUBMIT,
        release.RELEASE,
        assign.ASSIGN,
        unassign.UNASSIGN,
        check_in.CHECK_IN,
        move.MOVE,
        extend.EXTEND,
        change.CHANGE,
        hold_change.HOLD_CHANGE,
        apply_change.APPLY_CHANGE,
        check_out.CHECK_OUT,
        cancel.CUT_SHORT,
        vacate.FORCE_OUT,
        vacate.CLEAR,
        occupy_again.SEAT,
        undo_check_in.UNDO_CHECK_IN,
        undo_check_out.UNDO_CHECK_OUT,
        undo_no_show.UNDO_NO_SHOW,
    )
}
