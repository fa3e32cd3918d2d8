"""Whether a booking may be given a room, and which would suit it best."""

import pytest

from chassis.refusal import Refusal
from contracts.rooms import RoomStatus
from contracts.values import Stay
from services.rooms.domain import assigning
from services.rooms.domain.assigning import PeriodKind, Room, Taken
from tests.unit.rooms.builders import SUITE, TODAY, a_hold, a_room, a_stay, day

LATER = a_hold(stay=Stay(day(20), day(22)))


def refusal(room: Room, *others: Taken, hold: assigning.Hold | None = None, strict: bool = False) -> Refusal:
    with pytest.raises(Refusal) as refused:
        assigning.give(room, hold or a_hold(), others=others, today=TODAY, strict_room_type=strict)
    return refused.value


def warnings(room: Room, *, hold: assigning.Hold | None = None) -> tuple[str, ...]:
    return assigning.give(room, hold or a_hold(), others=(), today=TODAY, strict_room_type=False)


def test_a_free_room_of_the_booked_type_is_given() -> None:
    assert warnings(a_room()) == ()


def test_another_type_is_given_with_a_warning() -> None:
    assert warnings(a_room(room_type_id=SUITE)) == ("ROOM_TYPE_MISMATCH",)


def test_a_strict_hotel_gives_no_other_type() -> None:
    assert refusal(a_room(room_type_id=SUITE), strict=True).code == "ROOM_TYPE_MISMATCH"


def test_an_inactive_room_is_not_given() -> None:
    assert refusal(a_room(is_active=False)).code == "ROOM_NOT_BOOKABLE"


def test_a_blocked_room_is_not_given() -> None:
    block = a_stay(kind=PeriodKind.BLOCK, booking_id=None)

    assert refusal(a_room(), block).code == "ROOM_NOT_BOOKABLE"


def test_a_room_out_of_order_today_is_given_to_a_later_stay_only() -> None:
    room = a_room(status=RoomStatus.OUT_OF_ORDER)

    assert refusal(room).code == "ROOM_NOT_BOOKABLE"
    assert warnings(room, hold=LATER) == ()


def test_a_conflict_names_the_bookings() -> None:
    refused = refusal(a_room(), a_stay(booking_id="BK-9"), a_stay(booking_id="BK-3"))

    assert refused.code == "ROOM_OVERLAP_CONFLICT"
    assert refused.details == {"conflicts": ["BK-3", "BK-9"]}


@pytest.mark.parametrize("status", [RoomStatus.CHECKOUT_DIRTY, RoomStatus.MAINTENANCE_REQUIRED])
def test_a_room_that_is_not_ready_today_may_be_given(status: RoomStatus) -> None:
    assert warnings(a_room(status=status)) == ()


def test_a_room_that_somebody_has_not_left_is_given_to_a_later_stay_only() -> None:
    room = a_room(status=RoomStatus.OCCUPIED, occupied_by="BK-2")

    assert refusal(room).code == "ROOM_OCCUPIED"
    assert warnings(room, hold=LATER) == ()
