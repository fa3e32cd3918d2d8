"""A change that would lose a locked room: staff are warned, and a guest is refused."""

from dataclasses import replace

import pytest

from contracts.bookings.change_previews import ChangePreview
from contracts.rooms.stay_changes import RoomAfterChange
from contracts.values import Caller
from services.bookings.domain import change_previews
from tests.unit.bookings.builders import NOW, a_booking
from tests.unit.bookings.changes import offered, wish

GUEST, STAFF = Caller(kind="guest"), Caller(kind="staff")


def previewed(caller: Caller, *, locked: bool = True, room: RoomAfterChange = RoomAfterChange.FREED) -> ChangePreview:
    booking = replace(a_booking(), assigned_room_number="101", room_locked=locked)
    offer = replace(offered(12000, 10000), room=room)
    return change_previews.preview(booking, wish(2), offer, refusals=(), caller=caller, now=NOW)


def test_staff_are_warned_that_a_promised_room_is_lost() -> None:
    preview = previewed(STAFF)

    assert (preview.allowed, preview.warnings) == (True, ("ROOM_UNASSIGNED", "LOCKED_ROOM_LOST"))


def test_a_guest_cannot_give_up_a_promised_room() -> None:
    preview = previewed(GUEST)

    assert [refusal.code for refusal in preview.refusals] == ["CHANGE_NOT_ALLOWED"]


@pytest.mark.parametrize("caller", [GUEST, STAFF])
@pytest.mark.parametrize(("locked", "room"), [(True, RoomAfterChange.KEPT), (False, RoomAfterChange.FREED)])
def test_a_room_that_is_kept_or_was_not_promised_is_in_nobodys_way(
    caller: Caller, locked: bool, room: RoomAfterChange
) -> None:
    preview = previewed(caller, locked=locked, room=room)

    assert (preview.allowed, "LOCKED_ROOM_LOST" in preview.warnings) == (True, False)
