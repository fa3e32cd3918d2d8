"""Decides whether a person may change the status of a room, and names the source of the change."""

from collections.abc import Sequence
from datetime import date

from chassis.refusal import Refusal
from chassis.text import is_visible
from contracts.rooms.events import ChangeSource, MaintenancePriority, RoomStatus
from contracts.values import Caller, Permission
from services.rooms.lifecycle import BY_A_STAY, LIFECYCLE, Act, MaintenanceCalled, TakenOutOfOrder


def act_between(now: RoomStatus, then: RoomStatus, *, only_from: Sequence[RoomStatus] = ()) -> type[Act]:
    """The lifecycle's act by which a person changes a room's status from the value of `now` to the value of `then`.

    An empty `only_from` allows every status. Refused `ROOM_HAS_GUEST` for an occupied room, `ILLEGAL_ROOM_TRANSITION`
    where the lifecycle has no such act or the statuses in `only_from` do not include `now`.
    """
    if now is RoomStatus.OCCUPIED:
        raise Refusal("ROOM_HAS_GUEST", "The room is occupied.")
    acts = [
        act
        for before, act, after in LIFECYCLE
        if before is now and after is then and act not in BY_A_STAY and (not only_from or now in only_from)
    ]
    if not acts:
        raise Refusal(LIFECYCLE.code, f"A room does not go from {now} to {then}.")
    return acts[0]


def check(act: type[Act], caller: Caller, *, note: str, until: date | None, today: date) -> None:
    """Check the caller, the note and the date of a status change.

    Refused `PERMISSION_DENIED`; `NOTE_REQUIRED` where the act needs a note and the note is empty; `UNTIL_REQUIRED`
    where a room is taken out of order without an `until` in the future.
    """
    check_permission(act, caller)
    if act.note_required and not is_visible(note):
        raise Refusal("NOTE_REQUIRED", "Say why the inspection is skipped.")
    if act is TakenOutOfOrder and (until is None or until <= today):
        raise Refusal("UNTIL_REQUIRED", "Say until which coming day the room is out of order.")


def check_permission(act: type[Act], caller: Caller) -> None:
    """Check that the caller is one of our services, or staff with a permission for the act.

    Refused `PERMISSION_DENIED`.
    """
    if caller.kind not in ("staff", "system"):
        raise Refusal("PERMISSION_DENIED", "Only staff change a room.")
    if caller.kind == "staff" and not any(caller.may(permission) for permission in act.needs):
        raise Refusal("PERMISSION_DENIED", f"This needs {' or '.join(act.needs)}.")


def source_of(act: type[Act], caller: Caller) -> ChangeSource:
    """The source of the change, which follows from the caller's permissions and the act."""
    if caller.kind != "staff":
        return ChangeSource.SYSTEM
    if act.overrides:
        return ChangeSource.MANAGER_OVERRIDE
    housekeeper = caller.may(Permission.CLEAN) or caller.may(Permission.INSPECT)
    return ChangeSource.HOUSEKEEPING if housekeeper and act not in BY_A_STAY else ChangeSource.FRONT_DESK


def priority_after(
    act: type[Act], *, before: MaintenancePriority | None, requested: MaintenancePriority | None
) -> MaintenancePriority | None:
    """The maintenance priority after the act.

    `MaintenanceCalled` sets the priority (by default `MEDIUM`), `TakenOutOfOrder` keeps it, every other act removes it.
    """
    if act is MaintenanceCalled:
        return requested or MaintenancePriority.MEDIUM
    return before if act is TakenOutOfOrder else None
