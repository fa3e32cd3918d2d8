"""Every pair of room statuses: the act between them, the permission it needs, and the refusals."""

from datetime import timedelta
from itertools import product

import pytest

from chassis.refusal import Refusal
from contracts.rooms.events import ChangeSource
from contracts.rooms.events import RoomStatus as S
from contracts.values import Caller, Permission
from services.rooms.domain import turnover
from services.rooms.lifecycle import (
    BY_A_STAY,
    LIFECYCLE,
    Act,
    Cleaned,
    GuestMovedIn,
    InspectionPassed,
    InspectionSkipped,
    MaintenanceCalled,
    TakenOutOfOrder,
)
from tests.unit.rooms.builders import TODAY, staff

BY_HAND = {
    (S.READY_FOR_GUEST, S.MAINTENANCE_REQUIRED),
    (S.READY_FOR_GUEST, S.OUT_OF_ORDER),
    (S.CHECKOUT_DIRTY, S.CLEANING_IN_PROGRESS),
    (S.CHECKOUT_DIRTY, S.CLEANED_UNINSPECTED),
    (S.CHECKOUT_DIRTY, S.READY_FOR_GUEST),
    (S.CHECKOUT_DIRTY, S.MAINTENANCE_REQUIRED),
    (S.CLEANING_IN_PROGRESS, S.CLEANED_UNINSPECTED),
    (S.CLEANING_IN_PROGRESS, S.CHECKOUT_DIRTY),
    (S.CLEANING_IN_PROGRESS, S.READY_FOR_GUEST),
    (S.CLEANING_IN_PROGRESS, S.MAINTENANCE_REQUIRED),
    (S.CLEANED_UNINSPECTED, S.READY_FOR_GUEST),
    (S.CLEANED_UNINSPECTED, S.CHECKOUT_DIRTY),
    (S.CLEANED_UNINSPECTED, S.MAINTENANCE_REQUIRED),
    (S.MAINTENANCE_REQUIRED, S.CHECKOUT_DIRTY),
    (S.MAINTENANCE_REQUIRED, S.OUT_OF_ORDER),
    (S.MAINTENANCE_REQUIRED, S.READY_FOR_GUEST),
    (S.OUT_OF_ORDER, S.CHECKOUT_DIRTY),
    (S.OUT_OF_ORDER, S.READY_FOR_GUEST),
}
BY_A_GUEST = {(S.READY_FOR_GUEST, S.OCCUPIED), (S.OCCUPIED, S.CHECKOUT_DIRTY)}
UNDONE = {
    (S.OCCUPIED, S.READY_FOR_GUEST),
    (S.CHECKOUT_DIRTY, S.OCCUPIED),
    (S.CLEANING_IN_PROGRESS, S.OCCUPIED),
    (S.CLEANED_UNINSPECTED, S.OCCUPIED),
}


@pytest.mark.parametrize(("before", "after"), [pair for pair in product(S, S) if pair[0] is not pair[1]])
def test_the_matrix_is_the_specification(before: S, after: S) -> None:
    in_table = {(was, becomes) for was, _, becomes in LIFECYCLE}

    assert ((before, after) in in_table) == ((before, after) in BY_HAND | BY_A_GUEST | UNDONE)


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_a_person_changes_a_status_only_as_the_table_allows(before: S, after: S) -> None:
    if (before, after) in BY_HAND:
        act = turnover.act_between(before, after)

        assert LIFECYCLE.after(before, act) is after
        assert act.needs
        assert act not in BY_A_STAY
        return
    with pytest.raises(Refusal) as refused:
        turnover.act_between(before, after)
    assert refused.value.code == ("ROOM_HAS_GUEST" if before is S.OCCUPIED else "ILLEGAL_ROOM_TRANSITION")


def test_each_pair_of_statuses_has_one_act() -> None:
    pairs = [(was, becomes) for was, _, becomes in LIFECYCLE]

    assert len(pairs) == len(set(pairs))


def test_skipping_the_inspection_is_an_override() -> None:
    skipped = {was for was, act, _ in LIFECYCLE if act is InspectionSkipped}

    assert skipped == {S.CHECKOUT_DIRTY, S.CLEANING_IN_PROGRESS}


@pytest.mark.parametrize(
    ("act", "permission", "allowed"),
    [
        (Cleaned, Permission.CLEAN, True),
        (Cleaned, Permission.INSPECT, False),
        (InspectionPassed, Permission.INSPECT, True),
        (InspectionPassed, Permission.CLEAN, False),
        (InspectionSkipped, Permission.OVERRIDE, True),
        (InspectionSkipped, Permission.INSPECT, False),
        (TakenOutOfOrder, Permission.MANAGE_ROOMS, True),
        (TakenOutOfOrder, Permission.CLEAN, False),
        (MaintenanceCalled, Permission.CLEAN, True),
        (MaintenanceCalled, Permission.MANAGE_CHECKIN, True),
        (MaintenanceCalled, Permission.APPROVE, False),
    ],
)
def test_an_act_needs_its_permission(act: type[Act], permission: Permission, *, allowed: bool) -> None:
    assert (_refusal(act, staff(permission)) is None) is allowed


def test_neither_a_guest_nor_the_public_changes_a_status() -> None:
    assert _refusal(Cleaned, Caller(kind="guest")) == "PERMISSION_DENIED"
    assert _refusal(Cleaned, Caller()) == "PERMISSION_DENIED"


@pytest.mark.parametrize("note", ["", "  ", "\u200b"])
def test_an_override_needs_a_note_that_is_visible(note: str) -> None:
    assert _refusal(InspectionSkipped, staff(Permission.OVERRIDE), note=note) == "NOTE_REQUIRED"


@pytest.mark.parametrize("days", [None, 0, -1])
def test_out_of_order_needs_a_date_in_the_future(days: int | None) -> None:
    until = None if days is None else TODAY + timedelta(days=days)

    with pytest.raises(Refusal) as refused:
        turnover.check(TakenOutOfOrder, staff(Permission.MANAGE_ROOMS), note="", until=until, today=TODAY)

    assert refused.value.code == "UNTIL_REQUIRED"


def test_a_named_action_is_narrower_than_the_table() -> None:
    with pytest.raises(Refusal) as refused:
        turnover.act_between(S.CLEANED_UNINSPECTED, S.CHECKOUT_DIRTY, only_from=(S.CLEANING_IN_PROGRESS,))

    assert refused.value.code == "ILLEGAL_ROOM_TRANSITION"


def test_the_source_of_a_change_follows_from_the_act_and_the_caller() -> None:
    assert turnover.source_of(Cleaned, staff(Permission.CLEAN)) is ChangeSource.HOUSEKEEPING
    assert turnover.source_of(InspectionSkipped, staff(Permission.OVERRIDE)) is ChangeSource.MANAGER_OVERRIDE
    assert turnover.source_of(MaintenanceCalled, staff(Permission.MANAGE_CHECKIN)) is ChangeSource.FRONT_DESK
    assert turnover.source_of(GuestMovedIn, staff(Permission.CLEAN)) is ChangeSource.FRONT_DESK
    assert turnover.source_of(GuestMovedIn, Caller(kind="system")) is ChangeSource.SYSTEM


def _refusal(act: type[Act], caller: Caller, *, note: str = "it is fine") -> str | None:
    try:
        turnover.check(act, caller, note=note, until=TODAY + timedelta(days=1), today=TODAY)
    except Refusal as refusal:
        return refusal.code
    return None
