"""A room plan that meets an assignment, a block, a check-in or another plan: one of them comes first, whole."""

from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.rooms.assignments import TakeRoomBack
from contracts.rooms.blocks import BlockRoom
from contracts.rooms.room_plan import ApplyRoomPlan, RoomPlanApplied, RoomPlanProposal
from contracts.values import Permission
from services.rooms.store.room_plan import SqlRoomPlan
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, at_once, day, staff
from tests.interface.rooms.test_room_plan import applying, finding, live

ROUNDS = 8
BEFORE = {"BK-A": ("101", 0, 2), "BK-B": ("102", 2, 4)}
AFTER = ({"BK-A": "101", "BK-B": "101", "BK-C": "102"}, {"BK-A": "102", "BK-B": "102", "BK-C": "101"})


def crowded(service: RoomsUnderTest) -> RoomPlanProposal:
    """A new hotel where BK-C finds a room once BK-A and BK-B share one; returns the plan."""
    with service.engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE hotel, hold, action, outbox, stream CASCADE")
    service.import_hotel()
    for booking_id, first, until in (("BK-A", 0, 2), ("BK-B", 2, 4), ("BK-C", 0, 4)):
        service.hold(booking_id, first, until)
    service.give("BK-A", "101")
    service.give("BK-B", "102")
    return service.ask(finding(service, "BK-C"))


def contender(service: RoomsUnderTest, name: str, plan: RoomPlanProposal) -> Any:
    caller = staff(service, *Permission)
    contenders = {
        "assign": lambda: service.ask(service.giving("BK-B", "101")),
        "unassign": lambda: service.ask(TakeRoomBack(action_id="back", booking_id="BK-A", hotel=service.hotel)),
        "block": lambda: service.ask(
            BlockRoom(hotel=service.hotel, room_number="102", starts_on=day(1), until=day(2), reason="Paint"),
            caller=caller,
        ),
        "check-in": lambda: service.ask(service.moving_in("BK-A")),
        "another plan": lambda: service.ask(applying(service, plan, "plan-2")),
        "the same plan": lambda: service.ask(applying(service, plan)),
    }
    return contenders[name]


def numbers(service: RoomsUnderTest) -> dict[str, str]:
    return {booking_id: room for booking_id, (room, *_) in live(service).items()}


@pytest.mark.parametrize("name", ["assign", "unassign", "block", "check-in", "another plan", "the same plan"])
def test_a_plan_is_applied_whole_or_not_at_all_whatever_it_meets(service: RoomsUnderTest, name: str) -> None:
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = service.rows(deadlocks)

    for _ in range(ROUNDS):
        plan = crowded(service)
        [applied, other] = at_once([
            lambda plan=plan: service.ask(applying(service, plan)),
            contender(service, name, plan),
        ])  # fmt: skip

        rooms = numbers(service)
        assert isinstance(applied, RoomPlanApplied)
        if name == "the same plan":
            assert (applied, applied.outdated) == (other, False)
        elif name == "another plan":
            assert {applied.outdated, other.outdated} == {False, True}
        if applied.outdated and name != "another plan":
            assert not isinstance(other, Refusal)
            assert "BK-C" not in rooms
        else:
            others = {booking_id: rooms.get(booking_id) for booking_id in ("BK-B", "BK-C")}
            assert any(others.items() <= after.items() for after in AFTER)
            assert isinstance(other, Refusal) or name != "block"
    assert service.rows(deadlocks) == before


def test_without_the_version_a_plan_would_move_a_stay_that_has_changed(
    service: RoomsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: guests in house are moved by a plan that was made before they came."""
    plan = crowded(service)
    monkeypatch.setattr(SqlRoomPlan, "version", lambda *_, **__: plan.version)
    [moved] = plan.moved
    rest = ApplyRoomPlan(action_id="x", hotel=service.hotel, hotel_version=plan.version, rooms=(*plan.assigned, moved))
    if moved.booking_id == "BK-B":
        service.unit_of_work.moment += day(2) - day(0)
    service.move_in(moved.booking_id)

    assert not service.ask(rest).outdated
    occupied = [row.room_number for row in service.rows("SELECT room_number FROM room WHERE occupied_by IS NOT NULL")]
    assert numbers(service)[moved.booking_id] not in occupied
