"""Changes that wait for their payment: nights and room are held under the change's id, given to the booking or back."""

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.refusal import Refusal
from contracts.bookings.stay_changes import ChangeLapse, StayChangeLapsed
from contracts.rooms.events import InventoryChanged, InventoryHeld, InventoryReleased
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.room_plan import FindRoomPlan, StayNeedingRoom
from contracts.rooms.stay_changes import ChangedStay, RoomAfterChange, StayChangedReply
from contracts.rooms.waiting_changes import ApplyStayChange, HoldStayChange
from contracts.values import Money, Stay
from tests.interface.bookings.test_races import at_once
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, a_type, day
from tests.interface.rooms.stay_changes import changed_to, changing, period, previewed

CHANGE = "BK-A~1"


def holding(service: RoomsUnderTest, stay: ChangedStay, *, change_id: str = CHANGE) -> HoldStayChange:
    """The ask that holds the change as its preview says now."""
    offer = previewed(service, stay, booking_id=change_id.partition("~")[0])
    about = {"action_id": change_id, "booking_id": change_id.partition("~")[0], "hotel": service.hotel}
    return HoldStayChange(**about, stay=stay, total=offer.price.total, room=offer.room)


def held(service: RoomsUnderTest, stay: ChangedStay, *, change_id: str = CHANGE) -> StayChangedReply:
    reply: StayChangedReply = service.ask(holding(service, stay, change_id=change_id))
    return reply


def applied(service: RoomsUnderTest, change_id: str = CHANGE, action_id: str = "apply-1") -> StayChangedReply:
    about = {"action_id": action_id, "booking_id": change_id.partition("~")[0], "hotel": service.hotel}
    reply: StayChangedReply = service.ask(ApplyStayChange(**about, change_id=change_id))
    return reply


def given_back(service: RoomsUnderTest, change_id: str = CHANGE) -> None:
    service.ask(ReleaseInventory(hotel=service.hotel, booking_id=change_id, unwritten=True))


def held_in_room(service: RoomsUnderTest) -> list[Stay]:
    rows = service.rows(
        "SELECT lower(nights) AS first, upper(nights) AS until FROM period WHERE live AND held ORDER BY 1"
    )
    return [Stay(row.first, row.until) for row in rows]


def test_the_added_nights_are_held_once_and_the_booking_stays_as_it_is(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 1, 3)
    service.give("BK-A", "101")

    command = holding(service, changed_to(0, 5))
    first, again = service.ask(command), service.ask(command)

    assert first == again
    assert (first.nights_held, first.offer.room) == (3, RoomAfterChange.KEPT)
    assert service.sold()[:6] == [1, 1, 1, 1, 1, 0]
    assert held_in_room(service) == [Stay(day(0), day(1)), Stay(day(3), day(5))]
    assert period(service) == ("101", Stay(day(1), day(3)))
    [event] = [each for each in service.events(InventoryHeld) if each.booking_id == CHANGE]
    assert (event.check_in, event.check_out) == (day(0), day(5))


def test_a_change_that_was_paid_gets_the_held_nights_once(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 1, 3)
    service.give("BK-A", "101")
    held(service, changed_to(2, 5))

    first, again = applied(service), applied(service)

    assert first == again
    assert first.room
    assert first.room.room_number == "101"
    assert service.sold()[:6] == [0, 0, 1, 1, 1, 0]
    assert (period(service), held_in_room(service)) == (("101", Stay(day(2), day(5))), [])
    [event] = service.events(InventoryChanged)
    assert (event.booking_id, event.check_in, event.check_out, event.action_id) == ("BK-A", day(2), day(5), "apply-1")
    [hold] = service.rows("SELECT check_in, check_out FROM hold WHERE ended_at IS NULL")
    assert (hold.check_in, hold.check_out) == (day(2), day(5))


@pytest.mark.parametrize("how", ["ask", "event"])
def test_a_change_that_lapses_gives_nights_and_room_back(service: RoomsUnderTest, how: str) -> None:
    service.hold("BK-A", 1, 3)
    service.give("BK-A", "101")
    held(service, changed_to(0, 5))

    if how == "ask":
        given_back(service)
    else:
        lapse = {"change_id": CHANGE, "amount": Money(1, "EUR"), "reason": ChangeLapse.NOT_PAID, "lapsed_at": START}
        service.apply(StayChangeLapsed(booking_id="BK-A", hotel=service.hotel, **lapse))

    assert service.sold()[:6] == [0, 1, 1, 0, 0, 0]
    assert (period(service), held_in_room(service)) == (("101", Stay(day(1), day(3))), [])
    assert [event.booking_id for event in service.events(InventoryReleased)] == [CHANGE]
    with pytest.raises(Refusal, match="holds no nights"):
        applied(service)


def test_the_last_rooms_nights_are_refused_to_a_change_and_then_to_others(service: RoomsUnderTest) -> None:
    service.import_hotel(room_types=(a_type(rooms=("101",)),))
    service.hold("BK-A", 0, 2)
    service.hold("BK-B", 3, 4)
    command = changing(service, changed_to(0, 4))
    sold_out = HoldStayChange(
        action_id=CHANGE,
        booking_id="BK-A",
        hotel=service.hotel,
        stay=command.stay,
        total=command.total,
        room=command.room,
    )

    assert service.refusal(sold_out).code == "SOLD_OUT"
    held(service, changed_to(0, 3))

    assert service.refusal(changing(service, changed_to(2, 3), booking_id="BK-B")).code == "SOLD_OUT"
    assert service.sold()[:5] == [1, 1, 1, 1, 0]


def test_the_nights_of_a_change_that_waits_are_not_in_the_way_of_the_next(service: RoomsUnderTest) -> None:
    service.import_hotel(room_types=(a_type(rooms=("101",)),))
    service.hold("BK-A", 0, 2)
    service.give("BK-A", "101")
    held(service, changed_to(0, 3))

    second = held(service, changed_to(0, 4), change_id="BK-A~2")

    assert (second.nights_held, second.offer.room) == (2, RoomAfterChange.KEPT)
    assert service.sold()[:5] == [1, 1, 1, 1, 0]
    assert [event.booking_id for event in service.events(InventoryReleased)] == [CHANGE]
    assert held_in_room(service) == [Stay(day(2), day(4))]

    service.ask(changing(service, changed_to(1, 4)))

    assert (service.sold()[:5], held_in_room(service)) == ([0, 1, 1, 1, 0], [])
    assert period(service) == ("101", Stay(day(1), day(4)))


def test_the_room_is_kept_for_the_change_while_it_waits(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    service.give("BK-A", "101")
    service.hold("BK-B", 2, 3)
    held(service, changed_to(0, 3))

    with pytest.raises(Refusal) as refused:
        service.give("BK-B", "101")

    assert (refused.value.code, refused.value.details["conflicts"]) == ("ROOM_OVERLAP_CONFLICT", [CHANGE])
    assert applied(service).offer.room is RoomAfterChange.KEPT


@pytest.mark.parametrize(("taken", "room"), [(False, RoomAfterChange.KEPT), (True, RoomAfterChange.FREED)])
def test_a_room_that_was_assigned_meanwhile_is_kept_where_it_is_free(
    service: RoomsUnderTest, taken: bool, room: RoomAfterChange
) -> None:
    service.hold("BK-A", 0, 2)
    service.give("BK-A", "101")
    held(service, changed_to(0, 3))
    service.give("BK-A", "102")
    if taken:
        service.hold("BK-B", 2, 3)
        service.give("BK-B", "102")

    assert applied(service).offer.room is room

    assert period(service) == (("102", Stay(day(0), day(3))) if room is RoomAfterChange.KEPT else None)
    assert held_in_room(service) == []


def test_a_changed_type_is_held_on_its_counters_and_the_old_one_freed_when_it_is_applied(
    service: RoomsUnderTest,
) -> None:
    service.import_hotel(room_types=(a_type(), a_type(code="STE", name="Suite", rooms=("201",))))
    service.hold("BK-A", 0, 2)
    service.give("BK-A", "101")

    reply = held(service, changed_to(0, 2, room_type="STE"))
    assert (reply.nights_held, reply.offer.room) == (2, RoomAfterChange.FREED)
    assert (service.sold()[:2], service.sold("STE")[:2]) == ([1, 1], [1, 1])
    assert period(service) == ("101", Stay(day(0), day(2)))

    applied(service)
    assert (service.sold()[:2], service.sold("STE")[:2], period(service)) == ([0, 0], [1, 1], None)


SECOND = sa.text("""
INSERT INTO hold (booking_id, hotel, room_type_id, check_in, check_out, answer, held_at, version, change_of)
SELECT 'BK-A~2', hotel, room_type_id, check_in, check_out, answer, held_at, 1, change_of FROM hold
WHERE booking_id = 'BK-A~1'
""")


def test_the_database_allows_a_booking_one_change_that_waits(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    held(service, changed_to(0, 3))

    with (
        pytest.raises(sa.exc.IntegrityError, match="hold_one_waiting_change_each"),
        service.engine.begin() as connection,
    ):
        connection.execute(SECOND)


def test_without_the_index_two_changes_of_a_booking_would_wait(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    held(service, changed_to(0, 3))

    with service.engine.connect() as connection, connection.begin() as without:
        connection.execute(sa.text("DROP INDEX hold_one_waiting_change_each"))
        assert connection.execute(SECOND).rowcount == 1
        without.rollback()


def test_changes_that_wait_and_changes_at_once_on_one_last_night(service: RoomsUnderTest) -> None:
    """Of twenty bookings that want the last night, some held and some changed at once, one gets it."""
    service.import_hotel(room_types=(a_type(rooms=tuple(f"1{n:02}" for n in range(20))),))
    for n in range(20):
        service.hold(f"BK-{n}", 0, 1)
    with service.engine.begin() as connection:
        connection.execute(sa.text("UPDATE night SET capacity = 1 WHERE night = :night"), {"night": day(1)})
    asks: list[Any] = [
        holding(service, changed_to(0, 2), change_id=f"BK-{n}~1")
        if n % 2
        else changing(service, changed_to(0, 2), booking_id=f"BK-{n}", action_id=f"change-{n}")
        for n in range(20)
    ]

    answers = at_once(*(lambda ask=ask: service.ask(ask) for ask in asks))

    assert [answer for answer in answers if isinstance(answer, str)] == ["SOLD_OUT"] * 19
    assert service.sold()[:3] == [20, 1, 0]


def test_a_change_that_is_applied_and_released_at_once_has_one_end(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 0, 2)
    service.give("BK-A", "101")
    held(service, changed_to(0, 4))

    answers = at_once(lambda: applied(service), lambda: given_back(service))

    refused = [answer for answer in answers if isinstance(answer, str)]
    assert refused in ([], ["NOTHING_HELD"])
    assert service.sold()[:5] == ([1, 1, 0, 0, 0] if refused else [1, 1, 1, 1, 0])
    assert held_in_room(service) == []


def test_a_plan_takes_the_nights_that_are_held_for_blocked(service: RoomsUnderTest) -> None:
    service.import_hotel(room_types=(a_type(rooms=("101", "102")),))
    service.hold("BK-A", 0, 2)
    service.give("BK-A", "101")
    held(service, changed_to(0, 3))
    service.hold("BK-B", 2, 4)

    query = FindRoomPlan(hotel=service.hotel, needing=(StayNeedingRoom(booking_id="BK-B", party=1),), fixed=("BK-A",))
    plan = service.ask(query)

    assert [(each.booking_id, each.room_number) for each in plan.assigned] == [("BK-B", "102")]
    assert plan.moved == ()
