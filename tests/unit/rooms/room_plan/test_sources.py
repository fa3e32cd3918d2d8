"""What of a hotel the plan may change, and what stays as it is."""

from typing import Any

from contracts.rooms.events import RoomStatus
from contracts.values import Stay
from services.rooms.domain.periods import PeriodKind
from services.rooms.domain.room_plan.plan import BlockToPlan, RoomToPlan, StayToPlan, plan_rooms
from services.rooms.domain.room_plan.sources import PlanSources, sources
from tests.unit.rooms.builders import DOUBLE, NOW, SUITE, TODAY, a_hold, a_part, a_room, a_stay, day

NIGHTS = Stay(day(10), day(13))
BLOCK = {"kind": PeriodKind.BLOCK, "booking_id": None}


def the_sources(**overrides: Any) -> PlanSources:
    arguments: dict[str, Any] = {
        "rooms": [a_room()],
        "holds": [a_hold(booking_id="BK-1"), a_hold(booking_id="BK-2")],
        "periods": [],
        "today": TODAY,
        "needing": {"BK-1"},
        "locked": (),
    }
    return sources(**(arguments | overrides))


def a_planned(**overrides: Any) -> StayToPlan:
    values: dict[str, Any] = {"booking_id": "BK-2", "room_type_id": DOUBLE, "nights": NIGHTS, "room_id": 1}
    return StayToPlan(**(values | overrides))


def test_a_booking_that_needs_a_room_gets_one_and_others_without_a_room_are_left_out() -> None:
    result = the_sources()

    assert result.rooms == (RoomToPlan(room_id=1, room_number="101", room_type_id=DOUBLE),)
    assert result.stays == (a_planned(booking_id="BK-1", room_id=None),)


def test_a_stay_with_a_room_may_move() -> None:
    assert the_sources(periods=[a_stay()], needing=()).stays == (a_planned(),)


def test_a_guest_in_house_a_locked_stay_and_a_stay_without_a_hold_keep_their_rooms() -> None:
    fixed = (a_planned(fixed=True),)

    assert the_sources(periods=[a_stay(moved_in=True)], needing=()).stays == fixed
    assert the_sources(periods=[a_stay()], needing=(), locked={"BK-2"}).stays == fixed
    assert the_sources(periods=[a_stay()], needing=(), holds=[a_hold(booking_id="BK-2", ended_at=NOW)]).stays == fixed


def test_a_booking_that_has_a_room_does_not_need_another() -> None:
    assert the_sources(periods=[a_stay(booking_id="BK-1")]).stays == (a_planned(booking_id="BK-1"),)


def test_an_upgraded_stay_is_planned_with_the_booked_type() -> None:
    [stay] = the_sources(rooms=[a_room(room_type_id=SUITE)], periods=[a_stay()], needing=()).stays

    assert (stay.room_type_id, stay.room_id) == (DOUBLE, 1)


def test_nights_before_today_are_left_out() -> None:
    past, late = a_stay(nights=Stay(day(8), day(10))), a_stay(nights=Stay(day(9), day(11)))

    assert the_sources(periods=[past], needing=()).stays == ()
    assert the_sources(periods=[late], needing=()).stays == (a_planned(nights=Stay(day(10), day(11))),)


def test_an_inactive_room_is_left_out_with_its_stays() -> None:
    result = the_sources(rooms=[a_room(is_active=False)], periods=[a_stay(), a_stay(id=2, **BLOCK)], needing=())

    assert result == PlanSources(rooms=(), stays=(), blocks=())


def test_a_block_closes_its_room() -> None:
    result = the_sources(periods=[a_stay(id=7, nights=Stay(day(12), day(14)), **BLOCK)], needing=())

    assert result.blocks == (BlockToPlan(id="7", room_id=1, nights=Stay(day(12), day(14))),)


def test_a_room_that_needs_a_repair_is_closed_for_tonight_alone() -> None:
    tonight = BlockToPlan(id="room/101", room_id=1, nights=Stay(day(10), day(11)))
    repair = a_room(status=RoomStatus.MAINTENANCE_REQUIRED)

    assert the_sources(rooms=[repair]).blocks == (tonight,)
    assert the_sources(rooms=[repair], periods=[a_stay()]).blocks == ()


def test_a_room_that_needs_a_repair_is_given_to_nobody_tonight_although_its_stay_could_move() -> None:
    """Room 102 is blocked from the third night on, so only 101 has room for BK-1, once BK-2 has moved to 102."""
    periods = [a_stay(nights=Stay(day(10), day(12))), a_stay(id=2, room_id=2, nights=Stay(day(12), day(14)), **BLOCK)]
    holds = [a_hold(stay=Stay(day(10), day(14))), a_hold(booking_id="BK-2")]

    def assigned(**of_101: Any) -> list[tuple[str, int]]:
        rooms = [a_room(**of_101), a_room(id=2, room_number="102")]
        result = the_sources(rooms=rooms, periods=periods, holds=holds)
        plan = plan_rooms(result.rooms, result.stays, result.blocks)
        return [(each.booking_id, each.room_id) for each in plan.assigned]

    assert assigned() == [("BK-1", 1)]
    assert assigned(status=RoomStatus.MAINTENANCE_REQUIRED) == []


def test_a_room_that_is_dirty_or_whose_guest_leaves_today_will_be_ready_tonight() -> None:
    occupied = a_room(status=RoomStatus.OCCUPIED, occupied_by="BK-9")
    leaves_today = a_stay(booking_id="BK-9", nights=Stay(day(8), day(10)), moved_in=True)

    assert the_sources(rooms=[a_room(status=RoomStatus.CHECKOUT_DIRTY)]).blocks == ()
    assert the_sources(rooms=[occupied], periods=[leaves_today]).blocks == ()


def test_a_room_whose_guest_was_to_leave_before_today_is_closed_tonight() -> None:
    occupied = a_room(status=RoomStatus.OCCUPIED, occupied_by="BK-9")
    overstays = a_stay(booking_id="BK-9", nights=Stay(day(7), day(9)), moved_in=True)

    [tonight] = the_sources(rooms=[occupied], periods=[overstays]).blocks

    assert (tonight.room_id, tonight.nights) == (1, Stay(day(10), day(11)))


def test_a_stay_is_planned_in_the_type_on_which_its_nights_count() -> None:
    """The booking had an upgrade, which it lost while its own type was full."""
    upgraded = a_hold(parts=(a_part(room_type_id=SUITE),))

    assert the_sources(holds=[upgraded]).stays == (a_planned(booking_id="BK-1", room_id=None, room_type_id=SUITE),)


def test_a_stay_whose_nights_count_on_several_types_is_left_out() -> None:
    mixed = a_hold(parts=(a_part(until=day(12)), a_part(room_type_id=SUITE, first_night=day(12))))

    assert the_sources(holds=[mixed]).stays == ()


def test_the_sources_are_what_the_plan_takes() -> None:
    result = the_sources(rooms=[a_room(), a_room(id=2, room_number="102")], periods=[a_stay(id=7, **BLOCK)])

    plan = plan_rooms(result.rooms, result.stays, result.blocks)

    assert [each.room_id for each in plan.assigned] == [2]
