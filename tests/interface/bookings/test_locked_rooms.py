"""A locked room is promised: the lock needs a room, ends with the room, and no room plan moves the stay."""

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.queries import GetBooking, GetTimeline
from contracts.bookings.room_plan import PlanRooms
from contracts.bookings.stays import AssignRoom, CheckIn, MoveRoom, UnassignRoom
from contracts.bookings.views import BookingDetail
from contracts.rooms.assignments import GiveRoom
from contracts.rooms.room_plan import FindRoomPlan, PlannedStay, RoomPlanProposal
from contracts.values import Caller, Permission
from services.bookings.domain import room_plan
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, confirmed, refused
from tests.unit.bookings.builders import CHECK_IN, CHECK_OUT, HOTEL, NOW

REPEATED = {"idempotency_key": "k", "fingerprint": "f"}


def assign(service: BookingsUnderTest, booking_id: str, number: str = "101", **more: Any) -> BookingDetail:
    reply: BookingDetail = service.ask(AssignRoom(**about(booking_id, room_number=number, **more)))
    return reply


def lock(booking_id: str, *, locked: bool = True) -> AmendBooking:
    return AmendBooking(**about(booking_id, room_locked=locked))


def is_locked(service: BookingsUnderTest, booking_id: str) -> bool:
    booking: BookingDetail = service.ask(GetBooking(**about(booking_id)))
    return booking.room_locked


def test_a_room_is_assigned_and_locked_in_one_step(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)

    reply = assign(service, booking_id, locked=True)

    assert (reply.assigned_room_number, reply.room_locked) == ("101", True)
    assert service.events(booking_id)[-2:] == ["RoomAssigned", "RoomLocked"]
    row = service.row("SELECT data FROM outbox WHERE type = 'bookings.RoomLocked.v1'")
    assert (row.data["room_number"], row.data["locked"], row.data["by"]["id"]) == ("101", True, "7")
    assert is_locked(service, booking_id)


def test_the_room_that_a_booking_has_is_locked_without_an_ask_to_rooms(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    assign(service, booking_id)
    asks = len(service.rooms.asks)

    assert assign(service, booking_id, locked=True).room_locked
    assert assign(service, booking_id).room_locked  # a lock that the request does not name stays
    assert not assign(service, booking_id, locked=False).room_locked

    assert len(service.rooms.asks) == asks
    assert service.events(booking_id)[-3:] == ["RoomAssigned", "RoomLocked", "RoomLocked"]


def test_staff_lock_and_unlock_a_room_and_the_timeline_says_who(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    version = assign(service, booking_id).version

    locked = service.ask(lock(booking_id))
    again = service.ask(lock(booking_id))
    unlocked = service.ask(lock(booking_id, locked=False))

    assert (locked.room_locked, locked.version) == (True, version + 1)
    assert again == locked
    assert (unlocked.room_locked, unlocked.version) == (False, version + 2)
    items = [item for item in service.ask(GetTimeline(**about(booking_id))).items if item.what == "RoomLocked"]
    assert [item.by.id for item in items if item.by] == ["7", "7"]


def test_notes_and_the_lock_change_together(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    assign(service, booking_id)

    reply = service.ask(AmendBooking(**about(booking_id, room_locked=True, internal_notes="The lake side, promised.")))

    assert (reply.room_locked, reply.internal_notes) == (True, "The lake side, promised.")
    assert service.events(booking_id)[-2:] == ["BookingAmended", "RoomLocked"]


def test_a_lock_without_a_room_is_refused(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)

    assert refused(service, lock(booking_id)) == "NO_ROOM_ASSIGNED"
    assert not service.ask(lock(booking_id, locked=False)).room_locked


def test_a_booking_without_a_room_cannot_be_locked_in_the_database(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)

    with pytest.raises(sa.exc.IntegrityError, match="booking_locked_room_exists"):
        service.rows("UPDATE booking SET room_locked = true WHERE id = :id", id=booking_id)

    service.rows("ALTER TABLE booking DROP CONSTRAINT booking_locked_room_exists")  # the control
    try:
        service.rows("UPDATE booking SET room_locked = true WHERE id = :id", id=booking_id)
    finally:
        service.rows("UPDATE booking SET room_locked = false")
        service.rows("""
            ALTER TABLE booking ADD CONSTRAINT booking_locked_room_exists
            CHECK (assigned_room_number IS NOT NULL OR NOT room_locked)
        """)


def test_a_process_that_does_not_know_the_lock_gives_a_locked_room_back(service: BookingsUnderTest) -> None:
    """As a process of a version before the lock does, beside this one."""
    booking_id = confirmed(service)
    give_back = "UPDATE booking SET assigned_room_number = NULL, assigned_room_type = NULL WHERE id = :id"
    assign(service, booking_id, locked=True)

    service.rows("ALTER TABLE booking DISABLE TRIGGER booking_unlocked")  # the control
    try:
        with pytest.raises(sa.exc.IntegrityError, match="booking_locked_room_exists"):
            service.rows(give_back, id=booking_id)
    finally:
        service.rows("ALTER TABLE booking ENABLE TRIGGER booking_unlocked")
    service.rows(give_back, id=booking_id)

    stored = service.stored(booking_id)
    assert (stored.assigned_room_number, stored.room_locked) == (None, False)


def test_a_lock_ends_with_the_room(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    assign(service, booking_id, locked=True)

    assert not assign(service, booking_id, "102").room_locked
    assert assign(service, booking_id, "103", locked=True).room_locked
    assert not service.ask(UnassignRoom(**about(booking_id))).room_locked
    assert not assign(service, booking_id).room_locked


def test_a_lock_stays_in_house_until_the_guest_is_moved(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    assign(service, booking_id, locked=True)
    service.at(NOW.replace(day=CHECK_IN.day, hour=15))

    assert service.ask(CheckIn(**about(booking_id))).room_locked
    assert refused(service, lock(booking_id, locked=False)) == "BOOKING_ALREADY_CHECKED_IN"
    assert not service.ask(MoveRoom(**about(booking_id, to_room_number="102"))).room_locked


def test_who_may_not_lock(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    assign(service, booking_id)
    elsewhere = Caller(kind="staff", staff_id="8", hotel="hotel-tralee", permissions=frozenset(Permission))
    created = service.book(check_in=CHECK_IN.replace(month=8), check_out=CHECK_OUT.replace(month=8))

    assert refused(service, lock(booking_id), elsewhere) == "BOOKING_NOT_FOUND"
    assert refused(service, lock(created.booking.id), guest_of(created)) == "PERMISSION_DENIED"
    assert refused(service, lock(created.booking.id)) == "NO_ROOM_ASSIGNED"


def test_a_lock_waits_for_no_pending_action_and_refuses(service: BookingsUnderTest) -> None:
    """While a plan moves the stay, the room that the lock would promise is about to change."""
    booking_id = confirmed(service)
    assign(service, booking_id)
    codes = []

    def meanwhile(ask: GiveRoom) -> Any:
        codes.append(refused(service, lock(booking_id)))
        codes.append(refused(service, AssignRoom(**about(booking_id, room_number="101", locked=True))))
        return service.rooms.answer(ask)

    service.rooms.instead[GiveRoom] = meanwhile
    assign(service, booking_id, "102")

    assert codes == ["ACTION_IN_PROGRESS", "ACTION_IN_PROGRESS"]
    assert not is_locked(service, booking_id)


def test_a_repeated_assignment_with_a_lock_has_one_effect(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    command = AssignRoom(**about(booking_id, room_number="101", locked=True))

    first = service.ask(command, **REPEATED)
    service.ask(lock(booking_id, locked=False))

    assert service.ask(command, **REPEATED) == first
    assert not is_locked(service, booking_id)


def test_rooms_is_told_to_keep_locked_stays_where_they_are(service: BookingsUnderTest) -> None:
    locked_id, free_id = confirmed(service), confirmed(service)
    assign(service, locked_id, "101", locked=True)
    assign(service, free_id, "102")
    needing_id = confirmed(service)
    service.rooms.instead[FindRoomPlan] = lambda _: RoomPlanProposal(version="1")

    service.ask(PlanRooms(hotel=HOTEL, starts_on=CHECK_IN, until=CHECK_OUT))

    [query] = [ask for ask in service.rooms.asks if isinstance(ask, FindRoomPlan)]
    assert [each.booking_id for each in query.needing] == [needing_id]
    assert query.fixed == (locked_id,)


@pytest.mark.parametrize("checked", [True, False], ids=["as it is", "without the check"])
def test_a_room_that_is_locked_while_the_plan_is_made_is_not_taken_away(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch, *, checked: bool
) -> None:
    """The negative control: without the comparison, the plan that was made before the lock would move the stay."""
    stay = confirmed(service)
    assign(service, stay, "101")
    needing = confirmed(service)
    plans = 0

    def plan(_: FindRoomPlan) -> RoomPlanProposal:
        nonlocal plans
        plans += 1
        if plans == 1:
            service.ask(lock(stay))
        moved = PlannedStay(booking_id=stay, room_number="102", hold_version=1, previous_room_number="101")
        given = PlannedStay(booking_id=needing, room_number="101", hold_version=1)
        return RoomPlanProposal(version="1", assigned=(given,), moved=(moved,))

    service.rooms.instead[FindRoomPlan] = plan
    if not checked:
        monkeypatch.setattr(room_plan, "differing", lambda *_: frozenset())
    begun: list[str] = []
    try:
        service.ask(PlanRooms(hotel=HOTEL, starts_on=CHECK_IN, until=CHECK_OUT))
    except Refusal as refusal:
        begun.append(refusal.code)
    except AssertionError as asked:  # the fake of rooms knows no `ApplyRoomPlan`: the plan was begun
        begun.append(str(asked).split("(")[0])

    assert begun == ["PLAN_OUTDATED" if checked else "rooms was asked ApplyRoomPlan"]
    assert plans == (3 if checked else 1)
