"""Room plans on a real database: what a plan is found for, and that it is applied to that hotel or not at all."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.rooms.assignments import TakeRoomBack
from contracts.rooms.blocks import BlockRoom
from contracts.rooms.events import RoomStatus
from contracts.rooms.room_plan import (
    ApplyRoomPlan,
    FindRoomPlan,
    Obstacle,
    ObstacleKind,
    PlannedStay,
    RoomPlanApplied,
    RoomPlanProposal,
    StayNeedingRoom,
)
from contracts.rooms.rooms import AddRoom, ChangeRoom
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import Permission
from services.rooms.plan_process.client import PlanProcess
from services.rooms.work import RoomsDependencies
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, a_type, day, staff

LIVE = """
    SELECT p.booking_id, r.room_number, lower(p.nights) - CAST(:today AS date) AS first,
        upper(p.nights) - CAST(:today AS date) AS until
    FROM period p JOIN room r ON r.id = p.room_id WHERE p.live AND p.kind = 'STAY' ORDER BY 1
"""


def finding(service: RoomsUnderTest, *needing: str, fixed: tuple[str, ...] = (), party: int = 1) -> FindRoomPlan:
    stays = tuple(StayNeedingRoom(booking_id=each, party=party) for each in needing)
    return FindRoomPlan(hotel=service.hotel, needing=stays, fixed=fixed)


def applying(service: RoomsUnderTest, plan: RoomPlanProposal, action_id: str = "plan-1") -> ApplyRoomPlan:
    rooms = (*plan.assigned, *plan.moved)
    return ApplyRoomPlan(action_id=action_id, hotel=service.hotel, hotel_version=plan.version, rooms=rooms)


def live(service: RoomsUnderTest) -> dict[str, tuple[str, int, int]]:
    """The room and the nights of each booking that has a room; nights count from today."""
    return {row.booking_id: (row.room_number, row.first, row.until) for row in service.rows(LIVE, today=day(0))}


@pytest.fixture
def crowded(service: RoomsUnderTest) -> RoomsUnderTest:
    """BK-C finds a room only where BK-A and BK-B, one after the other, share one."""
    for booking_id, first, until in (("BK-A", 1, 3), ("BK-B", 3, 5), ("BK-C", 1, 5)):
        service.hold(booking_id, first, until)
    service.give("BK-A", "101")
    service.give("BK-B", "102")
    return service


def test_a_stay_gets_a_room_where_another_moves(crowded: RoomsUnderTest) -> None:
    plan = crowded.ask(finding(crowded, "BK-C"))

    assert [(each.booking_id, each.previous_room_number) for each in plan.assigned] == [("BK-C", None)]
    assert len(plan.moved) == plan.moves_at_least == 1
    assert (plan.impossible, plan.proven) == ((), True)
    assert live(crowded) == {"BK-A": ("101", 1, 3), "BK-B": ("102", 3, 5)}

    applied = crowded.ask(applying(crowded, plan))

    rooms = {each.booking_id: each.room for each in applied.rooms}
    assert {booking_id: room.room_number for booking_id, room in rooms.items()} == {
        each.booking_id: each.room_number for each in (*plan.assigned, *plan.moved)
    }
    assert {(room.room_type_code, room.warnings) for room in rooms.values()} == {("DBL", ())}
    assert {booking_id: nights for booking_id, (_, *nights) in live(crowded).items()} == {
        "BK-A": [1, 3],
        "BK-B": [3, 5],
        "BK-C": [1, 5],
    }
    assert live(crowded)["BK-A"][0] == live(crowded)["BK-B"][0] != live(crowded)["BK-C"][0]


def test_a_repetition_has_the_same_reply_and_no_second_effect(crowded: RoomsUnderTest) -> None:
    command = applying(crowded, crowded.ask(finding(crowded, "BK-C")))

    first = crowded.ask(command)
    periods = crowded.rows("SELECT * FROM period ORDER BY id")

    assert crowded.ask(command) == first
    assert crowded.rows("SELECT * FROM period ORDER BY id") == periods
    refused = crowded.refusal(crowded.giving("BK-C", "101", action_id="plan-1"))
    assert refused.code == "ACTION_ID_REUSED"


def _status(service: RoomsUnderTest) -> None:
    caller = staff(service, *Permission)
    service.ask(
        ChangeRoomStatus(
            hotel=service.hotel, room_number="102", to_status=RoomStatus.MAINTENANCE_REQUIRED, note="A leak."
        ),
        caller=caller,
    )


def _manager(service: RoomsUnderTest, command: Any) -> None:
    service.ask(command, caller=staff(service, *Permission))


WRITES: dict[str, Callable[[RoomsUnderTest], Any]] = {
    "a room is assigned": lambda service: (service.hold("BK-D", 6, 8), service.give("BK-D", "101")),
    "a room is unassigned": lambda service: service.ask(
        TakeRoomBack(action_id="back", booking_id="BK-A", hotel=service.hotel)
    ),
    "a guest moves in": lambda service: (
        service.hold("BK-E", 0, 1),
        service.give("BK-E", "101"),
        service.move_in("BK-E"),
    ),
    "a room is blocked": lambda service: _manager(
        service,
        BlockRoom(hotel=service.hotel, room_number="101", starts_on=day(8), until=day(9), reason="Paint"),
    ),
    "a room's status changes": _status,
    "a room is added": lambda service: _manager(
        service, AddRoom(hotel=service.hotel, room_number="103", room_type="DBL")
    ),
    "a room is closed": lambda service: _manager(
        service, ChangeRoom(hotel=service.hotel, room_number="201", is_active=False)
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_write_of_a_stay_a_block_or_a_room_is_another_version(
    crowded: RoomsUnderTest, write: Callable[[RoomsUnderTest], Any]
) -> None:
    plan = crowded.ask(finding(crowded, "BK-C"))
    assert crowded.ask(finding(crowded, "BK-C")).version == plan.version

    write(crowded)
    before = live(crowded)

    assert crowded.ask(finding(crowded, "BK-C")).version != plan.version
    assert crowded.ask(applying(crowded, plan)) == RoomPlanApplied(outdated=True)
    assert live(crowded) == before


WRITTEN = (
    "UPDATE hold SET version = version WHERE booking_id = 'BK-A'",
    "UPDATE period SET began_at = began_at WHERE booking_id = 'BK-A'",
    "UPDATE room SET notes = notes WHERE room_number = '201'",
)


@pytest.mark.parametrize("statement", WRITTEN)
def test_a_write_that_leaves_a_row_as_it_was_is_another_version(crowded: RoomsUnderTest, statement: str) -> None:
    plan = crowded.ask(finding(crowded, "BK-C"))

    with crowded.engine.begin() as connection:
        connection.exec_driver_sql(statement)

    assert crowded.ask(applying(crowded, plan)).outdated


def test_a_sale_and_a_locked_row_are_no_other_version(crowded: RoomsUnderTest) -> None:
    """A hotel that sells all the time could never be planned, and a sale takes no room."""
    plan = crowded.ask(finding(crowded, "BK-C"))
    with crowded.engine.begin() as connection:
        connection.exec_driver_sql("SELECT FROM room FOR UPDATE")
    crowded.hold("BK-D", 6, 8)

    assert not crowded.ask(applying(crowded, plan)).outdated


def test_another_day_is_another_version(crowded: RoomsUnderTest) -> None:
    plan = crowded.ask(finding(crowded, "BK-C"))

    crowded.unit_of_work.moment += day(1) - day(0)

    assert crowded.ask(applying(crowded, plan)).outdated


def test_a_plan_for_a_hold_that_changed_is_outdated(crowded: RoomsUnderTest) -> None:
    plan = crowded.ask(finding(crowded, "BK-C"))

    with crowded.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE hold SET version = version + 1 WHERE booking_id = 'BK-C'")

    assert crowded.ask(applying(crowded, plan)).outdated


def test_a_plan_that_was_outdated_once_is_never_applied(crowded: RoomsUnderTest) -> None:
    """Its bookings have begun another plan meanwhile."""
    plan = crowded.ask(finding(crowded, "BK-C"))
    block = BlockRoom(hotel=crowded.hotel, room_number="101", starts_on=day(8), until=day(9), reason="Paint")
    _manager(crowded, block)
    assert crowded.ask(applying(crowded, plan)).outdated
    with crowded.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE period SET live = false, ended_at = now() WHERE kind = 'BLOCK'")
    assert crowded.ask(finding(crowded, "BK-C")).version == plan.version

    assert crowded.ask(applying(crowded, plan)).outdated
    assert "BK-C" not in live(crowded)


def test_a_fixed_stay_and_a_guest_in_house_keep_their_rooms(service: RoomsUnderTest) -> None:
    for booking_id, first, until in (("BK-A", 0, 2), ("BK-B", 2, 4), ("BK-C", 0, 4)):
        service.hold(booking_id, first, until)
    service.give("BK-A", "101")
    service.move_in("BK-A")
    service.give("BK-B", "102")

    [moved] = service.ask(finding(service, "BK-C")).moved
    plan = service.ask(finding(service, "BK-C", fixed=("BK-B",)))

    assert (moved.booking_id, moved.room_number) == ("BK-B", "101")
    [without] = plan.impossible
    assert (plan.assigned, plan.moved, plan.proven) == ((), (), True)
    assert set(without.blocked_by) == {
        Obstacle(kind=ObstacleKind.STAY, id="BK-A", room_number="101"),
        Obstacle(kind=ObstacleKind.STAY, id="BK-B", room_number="102"),
    }


def test_a_party_that_no_room_of_the_type_sleeps_gets_none(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 1, 3)

    [without] = service.ask(finding(service, "BK-A", party=3)).impossible

    assert (without.booking_id, without.nights, without.blocked_by) == ("BK-A", (day(1), day(2)), ())


def test_a_stay_with_a_room_or_without_nights_is_left_out(crowded: RoomsUnderTest) -> None:
    plan = crowded.ask(finding(crowded, "BK-A", "BK-NONE"))

    assert (plan.assigned, plan.moved, plan.impossible) == ((), (), ())


def test_a_late_stay_moves_with_the_nights_from_today_on(service: RoomsUnderTest) -> None:
    """Room 102 was somebody else's last night."""
    service.hold("BK-LATE", 0, 3)
    service.hold("BK-PAST", 0, 1)
    service.hold("BK-NEW", 1, 4)
    service.give("BK-LATE", "101")
    service.give("BK-PAST", "102")
    _manager(service, BlockRoom(hotel=service.hotel, room_number="102", starts_on=day(3), until=day(5), reason="Paint"))
    service.unit_of_work.moment += day(1) - day(0)

    service.ask(applying(service, service.ask(finding(service, "BK-NEW"))))

    assert live(service)["BK-LATE"] == ("102", 1, 3)
    assert live(service)["BK-NEW"] == ("101", 1, 4)


def test_staff_of_another_hotel_are_refused(crowded: RoomsUnderTest) -> None:
    plan = crowded.ask(finding(crowded, "BK-C"))
    stranger = staff(crowded, *Permission)
    crowded.import_hotel(room_types=(a_type(rooms=("901",)),))
    elsewhere = staff(crowded, *Permission)

    for ask in (
        FindRoomPlan(hotel=stranger.hotel or "", needing=()),
        ApplyRoomPlan(action_id="x", hotel=stranger.hotel or "", hotel_version=plan.version, rooms=plan.assigned),
    ):
        assert crowded.refusal(ask, caller=elsewhere).code == "HOTEL_NOT_FOUND"


def test_a_room_that_does_not_exist_any_more_makes_the_plan_outdated(crowded: RoomsUnderTest) -> None:
    gone = PlannedStay(booking_id="BK-C", room_number="999", hold_version=1)
    command = ApplyRoomPlan(action_id="x", hotel=crowded.hotel, hotel_version="another", rooms=(gone,))

    assert crowded.ask(command).outdated


def test_the_plan_is_made_in_a_process_of_its_own(crowded: RoomsUnderTest) -> None:
    here = crowded.ask(finding(crowded, "BK-C"))
    crowded.unit_of_work.dependencies = RoomsDependencies(plan=PlanProcess(seconds=100).plan)

    assert crowded.ask(finding(crowded, "BK-C")) == here
