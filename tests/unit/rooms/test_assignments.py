"""Whether a room may be assigned to a booking."""

import pytest

from chassis.refusal import Refusal
from contracts.rooms.events import RoomStatus
from contracts.values import Stay
from services.rooms.domain import assignments
from services.rooms.domain.holds import Hold
from services.rooms.domain.periods import Period, PeriodKind
from services.rooms.domain.rooms import Room
from tests.unit.rooms.builders import SUITE, TODAY, a_hold, a_room, a_stay, day

LATER = a_hold(stay=Stay(day(20), day(22)))


def refusal(room: Room, *others: Period, hold: Hold | None = None, strict: bool = False, party: int = 2) -> Refusal:
    with pytest.raises(Refusal) as refused:
        assignments.check_assignable(
            room, hold or a_hold(), others=others, today=TODAY, strict_room_type=strict, party=party
        )
    return refused.value


def warnings(room: Room, *, hold: Hold | None = None, party: int = 2, override: bool = False) -> tuple[str, ...]:
    return assignments.check_assignable(
        room, hold or a_hold(), others=(), today=TODAY, strict_room_type=False, party=party, override=override
    )


def test_a_free_room_of_the_booked_type_is_assigned_without_a_warning() -> None:
    assert warnings(a_room()) == ()


def test_a_room_of_another_type_is_assigned_with_a_warning() -> None:
    assert warnings(a_room(room_type_id=SUITE)) == ("ROOM_TYPE_MISMATCH",)


def test_a_strict_hotel_assigns_no_room_of_another_type() -> None:
    assert refusal(a_room(room_type_id=SUITE), strict=True).code == "ROOM_TYPE_MISMATCH"


def test_an_inactive_room_is_not_assigned() -> None:
    assert refusal(a_room(is_active=False)).code == "ROOM_NOT_BOOKABLE"


def test_a_blocked_room_is_not_assigned() -> None:
    block = a_stay(kind=PeriodKind.BLOCK, booking_id=None)

    assert refusal(a_room(), block).code == "ROOM_NOT_BOOKABLE"


def test_a_room_out_of_order_today_is_assigned_to_a_later_stay_only() -> None:
    room = a_room(status=RoomStatus.OUT_OF_ORDER)

    assert refusal(room).code == "ROOM_NOT_BOOKABLE"
    assert warnings(room, hold=LATER) == ()


def test_an_overlap_conflict_names_the_bookings() -> None:
    refused = refusal(a_room(), a_stay(booking_id="BK-9"), a_stay(booking_id="BK-3"))

    assert refused.code == "ROOM_OVERLAP_CONFLICT"
    assert refused.details == {"conflicts": ["BK-3", "BK-9"]}


@pytest.mark.parametrize("status", [RoomStatus.CHECKOUT_DIRTY, RoomStatus.MAINTENANCE_REQUIRED])
def test_a_room_that_is_not_ready_today_may_be_assigned(status: RoomStatus) -> None:
    assert warnings(a_room(status=status)) == ()


def test_an_occupied_room_is_assigned_to_a_later_stay_only() -> None:
    room = a_room(status=RoomStatus.OCCUPIED, occupied_by="BK-2")

    assert refusal(room).code == "ROOM_OCCUPIED"
    assert warnings(room, hold=LATER) == ()


def test_a_room_that_sleeps_fewer_than_the_party_needs_an_override() -> None:
    assert refusal(a_room(), party=3).code == "ROOM_TOO_SMALL"
    assert warnings(a_room(), party=3, override=True) == ("ROOM_TOO_SMALL",)
    assert warnings(a_room(max_occupancy=3), party=3) == ()


def test_an_override_is_for_the_size_alone() -> None:
    assert refusal(a_room(room_type_id=SUITE), strict=True, party=3).code == "ROOM_TYPE_MISMATCH"
    assert refusal(a_room(), a_stay(), party=3).code == "ROOM_OVERLAP_CONFLICT"


def test_a_party_that_is_not_known_fits_every_room() -> None:
    assert warnings(a_room(max_occupancy=1), party=0) == ()
