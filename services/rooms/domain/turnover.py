"""Whether somebody may move a room along its turnover, and in whose name it is noted."""

from collections.abc import Sequence
from datetime import date

from chassis.refusal import Refusal
from contracts.rooms import ChangeSource, MaintenancePriority, RoomStatus
from contracts.values import Caller, Permission
from services.rooms.lifecycle import BY_A_STAY, LIFECYCLE, Act, MaintenanceCalled, TakenOutOfOrder


def act_between(now: RoomStatus, then: RoomStatus, *, only_from: Sequence[RoomStatus] = ()) -> type[Act]:
    """What a person does to bring a room from one status to another.

    Refused `ROOM_HAS_GUEST` for a room that is lived in, `ILLEGAL_ROOM_TRANSITION` for what the table leaves out.
    """
    if now is RoomStatus.OCCUPIED:
        raise Refusal("ROOM_HAS_GUEST", "A guest lives in the room.")
    acts = [
        act
        for before, act, after in LIFECYCLE
        if before is now and after is then and act not in BY_A_STAY and (not only_from or now in only_from)
    ]
    if not acts:
        raise Refusal(LIFECYCLE.code, f"A room that is {now} does not become {then}.")
    return acts[0]


def check(act: type[Act], caller: Caller, *, note: str, until: date | None, today: date) -> None:
    """Refused `PERMISSION_DENIED`, `NOTE_REQUIRED`, `UNTIL_REQUIRED`; `until` must lie ahead."""
    check_may(act, caller)
    if act.note_required and not note.strip():
        raise Refusal("NOTE_REQUIRED", "Say why the inspection is skipped.")
    if act is TakenOutOfOrder and (until is None or until <= today):
        raise Refusal("UNTIL_REQUIRED", "Say until which coming day the room is out of order.")


def check_may(act: type[Act], caller: Caller) -> None:
    """Refused `PERMISSION_DENIED`."""
    if caller.kind not in ("staff", "system"):
        raise Refusal("PERMISSION_DENIED", "Only staff change a room.")
    if caller.kind == "staff" and not any(caller.may(permission) for permission in act.needs):
        raise Refusal("PERMISSION_DENIED", f"This needs {' or '.join(act.needs)}.")


def source_of(act: type[Act], caller: Caller) -> ChangeSource:
    """Whose hand it was."""
    if caller.kind != "staff":
        return ChangeSource.SYSTEM
    if act.overrides:
        return ChangeSource.MANAGER_OVERRIDE
    housekeeper = caller.may(Permission.CLEAN) or caller.may(Permission.INSPECT)
    return ChangeSource.HOUSEKEEPING if housekeeper and act not in BY_A_STAY else ChangeSource.FRONT_DESK


def priority_after(
    act: type[Act], *, before: MaintenancePriority | None, said: MaintenancePriority | None
) -> MaintenancePriority | None:
    """How much the repair matters from now on: kept while the room is out of order, gone when it is repaired."""
    if act is MaintenanceCalled:
        return said or MaintenancePriority.MEDIUM
    return before if act is TakenOutOfOrder else None
