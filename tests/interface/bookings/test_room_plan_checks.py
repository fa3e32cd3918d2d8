"""The check of a hotel's room plan: when a plan is made, and that staff are told once of what no plan can do."""

from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.stays import AssignRoom
from contracts.operations import Examine, ExplainBooking
from contracts.rooms.events import AvailabilityChanged
from contracts.rooms.room_plan import FindRoomPlan, Obstacle, ObstacleKind, RoomPlanProposal, StayWithoutRoom
from services.bookings.handlers.room_plan_checks import check_room_plans
from services.bookings.store.event_effects import SqlEventEffects
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import about, awaiting, confirmed
from tests.unit.bookings.builders import CHECK_IN, HOTEL, NOW, SYSTEM

CHANGED = AvailabilityChanged(hotel=HOTEL)
BLOCK = Obstacle(kind=ObstacleKind.BLOCK, id="12", room_number="101")


class Planned:
    """The rooms service, which has no room for the bookings in `without`, and whose plans are counted."""

    def __init__(self, service: BookingsUnderTest) -> None:
        self.without: list[str] = []
        self.queries: list[FindRoomPlan] = []
        service.rooms.instead[FindRoomPlan] = self.plan

    def plan(self, query: FindRoomPlan) -> RoomPlanProposal:
        self.queries.append(query)
        nights = (CHECK_IN,)
        stays = (StayWithoutRoom(booking_id=each, nights=nights, blocked_by=(BLOCK,)) for each in self.without)
        return RoomPlanProposal(version="1", impossible=tuple(stays))


@pytest.fixture
def rooms(service: BookingsUnderTest) -> Planned:
    service.deliver(CHANGED)
    return Planned(service)


def run(service: BookingsUnderTest) -> None:
    while service.tick(check_room_plans):
        pass


def pass_minutes(service: BookingsUnderTest, minutes: int) -> None:
    service.pass_time(minutes=minutes)
    run(service)


def reported(service: BookingsUnderTest) -> list[str]:
    rows = service.rows("SELECT data FROM outbox WHERE type = 'bookings.RoomPlanImpossible.v1' ORDER BY position")
    return [row.data["booking_id"] for row in rows]


def test_staff_are_told_once_with_what_clashes(service: BookingsUnderTest, rooms: Planned) -> None:
    booking_id = confirmed(service)
    rooms.without = [booking_id]

    run(service)
    for _ in range(3):
        service.deliver(CHANGED)
        pass_minutes(service, 1)

    assert reported(service) == [booking_id]
    assert len(rooms.queries) == 4
    [row] = service.rows("SELECT data FROM outbox WHERE type = 'bookings.RoomPlanImpossible.v1'")
    assert row.data["nights"] == [CHECK_IN.isoformat()]
    assert row.data["blocked_by"] == [{"kind": "block", "id": "12", "room_number": "101"}]
    assert (row.data["left_off"], row.data["proven"]) == (0, True)


def test_staff_are_told_again_once_the_stay_had_a_room_meanwhile(service: BookingsUnderTest, rooms: Planned) -> None:
    booking_id = confirmed(service)
    for without in ([booking_id], [], [booking_id]):
        rooms.without = without
        service.deliver(CHANGED)
        run(service)

    assert reported(service) == [booking_id, booking_id]


def test_no_plan_is_made_while_nothing_has_changed_for_six_hours_at_most(
    service: BookingsUnderTest, rooms: Planned
) -> None:
    confirmed(service)
    for _ in range(42):
        pass_minutes(service, 10)

    assert len(rooms.queries) in {2, 3}


def test_a_booking_that_changes_is_planned_within_ten_minutes(service: BookingsUnderTest, rooms: Planned) -> None:
    first, second = confirmed(service), awaiting(service)
    pass_minutes(service, 10)
    assert [each.booking_id for each in rooms.queries[-1].needing] == sorted([first, second])
    assert len(rooms.queries) == 1

    service.ask(AssignRoom(**about(first, room_number="101")))
    pass_minutes(service, 10)

    assert [each.booking_id for each in rooms.queries[-1].needing] == [second]
    assert len(rooms.queries) == 2


def test_where_every_stay_has_a_room_rooms_is_not_asked(service: BookingsUnderTest, rooms: Planned) -> None:
    booking_id = confirmed(service)
    service.ask(AssignRoom(**about(booking_id, room_number="101")))

    run(service)

    assert rooms.queries == []
    assert service.row("SELECT checked_at FROM room_plan_check").checked_at == NOW


@pytest.mark.parametrize("marked", [True, False], ids=["as it is", "without the mark"])
def test_a_lock_is_checked_at_once(
    service: BookingsUnderTest, rooms: Planned, monkeypatch: pytest.MonkeyPatch, *, marked: bool
) -> None:
    """The negative control: without the mark of the lock's transaction, the check waits for ten minutes."""
    locked, without = confirmed(service), confirmed(service)
    service.ask(AssignRoom(**about(locked, room_number="101")))
    run(service)
    if not marked:
        monkeypatch.setattr(SqlEventEffects, "check_room_plan", lambda *_, **__: None)

    rooms.without = [without]
    service.ask(AmendBooking(**about(locked, room_locked=True)))
    run(service)

    assert reported(service) == ([without] if marked else [])
    assert rooms.queries[-1].fixed == ((locked,) if marked else ())


def test_a_mark_that_comes_while_the_plan_is_made_is_not_lost(service: BookingsUnderTest, rooms: Planned) -> None:
    booking_id = confirmed(service)

    def plan(query: FindRoomPlan) -> RoomPlanProposal:
        if not rooms.queries:
            rooms.queries.append(query)
            rooms.without = [booking_id]
            service.deliver(CHANGED)
            return RoomPlanProposal(version="1")
        return rooms.plan(query)

    service.rooms.instead[FindRoomPlan] = plan
    run(service)

    assert (len(rooms.queries), reported(service)) == (2, [booking_id])


def test_two_processes_that_check_one_hotel_tell_staff_once(service: BookingsUnderTest, rooms: Planned) -> None:
    booking_id = confirmed(service)
    rooms.without = [booking_id]

    def plan(query: FindRoomPlan) -> RoomPlanProposal:
        service.rooms.instead[FindRoomPlan] = rooms.plan
        service.rows("UPDATE room_plan_check SET due_at = now() - interval '100 years'")
        run(service)  # another process, while this one waits for the plan
        return rooms.plan(query)

    service.rooms.instead[FindRoomPlan] = plan
    run(service)

    assert (len(rooms.queries), reported(service)) == (2, [booking_id])


@pytest.mark.parametrize("problem", [Unavailable("busy"), Refusal("HOTEL_NOT_FOUND", "Gone.")])
def test_where_no_plan_is_made_the_check_is_made_a_minute_later(
    service: BookingsUnderTest, rooms: Planned, problem: Exception
) -> None:
    booking_id = confirmed(service)
    rooms.without = [booking_id]
    service.rooms.instead[FindRoomPlan] = problem
    run(service)
    assert reported(service) == []

    service.rooms.instead[FindRoomPlan] = rooms.plan
    pass_minutes(service, 1)

    assert reported(service) == [booking_id]


def examined(service: BookingsUnderTest) -> list[Any]:
    reply = service.ask(Examine(invariant="I18", older_than=0), SYSTEM)
    return [(each.invariant, each.subject) for each in reply.violations]


def test_doctor_and_explain_show_a_stay_without_a_room_until_it_has_one(
    service: BookingsUnderTest, rooms: Planned
) -> None:
    booking_id = confirmed(service)
    run(service)
    assert examined(service) == []

    rooms.without = [booking_id]
    service.deliver(CHANGED)
    run(service)

    assert examined(service) == [("I18", booking_id)]
    entries = service.ask(ExplainBooking(booking=booking_id), SYSTEM).entries
    assert "RoomPlanImpossible" in str(entries)
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    assert examined(service) == []


def test_doctor_reports_checks_that_are_late(service: BookingsUnderTest, rooms: Planned) -> None:
    confirmed(service)
    run(service)
    service.rows("UPDATE room_plan_check SET due_at = now() - interval '9 minutes'")
    assert examined(service) == []

    service.rows("UPDATE room_plan_check SET due_at = now() - interval '11 minutes'")

    assert examined(service) == [("I18", HOTEL)]
