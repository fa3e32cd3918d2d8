"""Occupancy and ended bookings: the room, the counters and the events change once."""

import pytest

from contracts.bookings.amendments import BookingAmended
from contracts.bookings.approval import BookingDeclined
from contracts.bookings.events import BookingCancelled, BookingExpired
from contracts.bookings.status import ExpiryReason
from contracts.bookings.stays import BookingNoShow
from contracts.message import Event
from contracts.rooms.assignments import TakeRoomBack
from contracts.rooms.events import (
    ChangeSource,
    InventoryReleased,
    RoomOccupied,
    RoomStatus,
    RoomStatusChanged,
    RoomVacated,
)
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.rooms import GetRoom, RoomView
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.values import SYSTEM, Actor, ActorKind, Money, Permission
from tests.interface.rooms.rooms_under_test import START, RoomsUnderTest, at_once, day, staff

NOTHING = Money(0, "EUR")


def room(service: RoomsUnderTest, number: str = "101") -> RoomView:
    return service.ask(GetRoom(hotel=service.hotel, room_number=number))


def in_house(service: RoomsUnderTest, booking_id: str = "BK-A", first: int = 0, until: int = 3) -> None:
    service.hold(booking_id, first, until)
    service.give(booking_id, "101")
    service.move_in(booking_id)


def ended(service: RoomsUnderTest, kind: type[Event], booking_id: str = "BK-A") -> Event:
    about = {"booking_id": booking_id, "hotel": service.hotel}
    if kind is BookingDeclined:
        return BookingDeclined(**about, reason_code="OTHER", decision_made_at=START, decision_made_by=SYSTEM)
    if kind is BookingCancelled:
        return BookingCancelled(**about, cancelled_at=START, cancelled_by=SYSTEM, fee=NOTHING, refund=NOTHING)
    if kind is BookingExpired:
        return BookingExpired(**about, reason=ExpiryReason.HOLD_RAN_OUT, expired_at=START)
    return BookingNoShow(**about, marked_at=START, marked_by=SYSTEM, fee=NOTHING, refund=NOTHING)


def test_a_guest_who_moves_in_occupies_the_room(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.give("BK-A", "101")
    clerk = staff(service, Permission.MANAGE_CHECKIN)

    reply = service.ask(service.moving_in("BK-A", action_id="in-1"), caller=clerk)

    assert (reply.room.room_number, reply.room.room_status) == ("101", RoomStatus.OCCUPIED)
    assert (reply.wifi.ssid, reply.wifi.password) == ("house", "only-in-replies")
    assert (room(service).is_occupied, room(service).current_booking_id, room(service).version) == (True, "BK-A", 2)
    occupied, changed = service.events(RoomOccupied, RoomStatusChanged)
    assert (occupied.booking_id, occupied.action_id) == ("BK-A", "in-1")
    assert (changed.old_status, changed.new_status) == (RoomStatus.READY_FOR_GUEST, RoomStatus.OCCUPIED)
    assert (changed.source, changed.by) == (ChangeSource.FRONT_DESK, Actor(ActorKind.STAFF, "7"))
    assert service.sequences(f"room/{service.hotel}/101") == [1, 2]


def test_no_event_has_the_wifi_password(service: RoomsUnderTest) -> None:
    in_house(service)

    assert service.rows("SELECT 1 FROM outbox WHERE data::text LIKE '%only-in-replies%'") == []


def test_a_repeated_move_in_gets_the_stored_reply_and_publishes_once(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.give("BK-A", "101")
    first = service.ask(service.moving_in("BK-A", action_id="in-1"))

    assert service.ask(service.moving_in("BK-A", action_id="in-1")) == first
    assert service.ask(service.moving_in("BK-A", action_id="in-2")) == first
    assert len(service.events(RoomOccupied)) == 1


def test_a_move_in_without_a_room_is_refused(service: RoomsUnderTest) -> None:
    service.hold("BK-A")

    assert service.refusal(service.moving_in("BK-A")).code == "NO_ROOM_ASSIGNED"


def test_a_move_in_to_a_room_that_is_not_ready_is_refused(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.give("BK-A", "101")
    cleaner = staff(service, Permission.CLEAN)
    call = ChangeRoomStatus(hotel=service.hotel, room_number="101", to_status=RoomStatus.MAINTENANCE_REQUIRED)
    service.ask(call, caller=cleaner)

    assert service.refusal(service.moving_in("BK-A")).code == "ROOM_NOT_READY"
    assert service.events(RoomOccupied) == []


def test_the_room_of_a_guest_in_house_is_neither_reassigned_nor_unassigned(service: RoomsUnderTest) -> None:
    in_house(service)
    back = TakeRoomBack(action_id="x", booking_id="BK-A", hotel=service.hotel)

    assert service.refusal(service.giving("BK-A", "102")).code == "BOOKING_ALREADY_CHECKED_IN"
    assert service.refusal(back).code == "BOOKING_ALREADY_CHECKED_IN"


def test_an_early_move_out_frees_the_remaining_nights(service: RoomsUnderTest) -> None:
    in_house(service)

    taken = service.ask(service.moving_out("BK-A", day(1), action_id="out-1"))

    assert (taken.room_number, taken.room_status) == ("101", RoomStatus.CHECKOUT_DIRTY)
    assert service.sold()[:3] == [1, 0, 0]
    [vacated] = service.events(RoomVacated)
    assert (vacated.booking_id, vacated.action_id) == ("BK-A", "out-1")
    assert [event.released_from for event in service.events(InventoryReleased)] == [day(1)]
    [stay] = service.rows("SELECT live, upper(nights) AS until FROM period WHERE booking_id = 'BK-A'")
    assert (stay.live, stay.until) == (False, day(1))
    assert len(service.rows("SELECT 1 FROM cleaning_task WHERE done_at IS NULL")) == 1
    service.hold("BK-B", 1, 3)
    service.give("BK-B", "101")


def test_a_move_out_on_the_day_of_arrival_frees_all_nights(service: RoomsUnderTest) -> None:
    in_house(service)

    service.ask(service.moving_out("BK-A", day(0)))

    assert service.sold()[:3] == [0, 0, 0]
    assert room(service).room_status is RoomStatus.CHECKOUT_DIRTY


def test_a_repeated_move_out_gets_the_stored_reply_and_publishes_once(service: RoomsUnderTest) -> None:
    in_house(service)
    first = service.ask(service.moving_out("BK-A", day(3), action_id="out-1"))

    assert service.ask(service.moving_out("BK-A", day(3), action_id="out-1")) == first
    assert len(service.events(RoomVacated)) == 1
    assert len(service.rows("SELECT 1 FROM cleaning_task")) == 1


def test_a_move_out_without_a_move_in_is_refused(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.give("BK-A", "101")

    assert service.refusal(service.moving_out("BK-A", day(1))).code == "CHECKOUT_FAILED"


@pytest.mark.parametrize("kind", [BookingDeclined, BookingCancelled, BookingExpired, BookingNoShow])
def test_the_end_of_a_booking_releases_its_nights_and_its_room_once(service: RoomsUnderTest, kind: type[Event]) -> None:
    service.hold("BK-A")
    service.give("BK-A", "101")
    service.hold("BK-B")

    service.apply(ended(service, kind), again=True)

    assert service.sold()[:2] == [1, 1]
    assert len(service.events(InventoryReleased)) == 1
    service.give("BK-B", "101")


def test_the_end_of_a_booking_releases_the_nights_of_the_type_they_count_on(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.give("BK-A", "201")

    service.apply(ended(service, BookingCancelled))

    assert (service.sold("DBL")[:2], service.sold("STE")[:2]) == ([0, 0], [0, 0])


def test_a_batch_of_ended_bookings_is_released_together(service: RoomsUnderTest) -> None:
    service.hold("BK-A", 3, 5)
    service.hold("BK-B", 0, 4)
    service.hold("BK-C", 1, 2, room_type="STE")

    with service.statements() as sent:
        service.apply(*(ended(service, BookingExpired, booking) for booking in ("BK-A", "BK-B", "BK-C", "BK-NONE")))

    assert service.sold() == [0] * 10
    assert len(service.events(InventoryReleased)) == 3
    assert sum("UPDATE night" in statement for statement in sent) == 1


def test_other_events_of_a_booking_change_nothing(service: RoomsUnderTest) -> None:
    service.hold("BK-A")

    service.apply(BookingAmended(booking_id="BK-A", hotel=service.hotel, fields=("notes",), by=SYSTEM))
    service.apply(ended(service, BookingCancelled))

    assert service.sold()[:2] == [0, 0]


def test_a_cancellation_in_house_vacates_the_room(service: RoomsUnderTest) -> None:
    in_house(service)
    cancelled = BookingCancelled(
        booking_id="BK-A", hotel=service.hotel, cancelled_at=START, cancelled_by=SYSTEM, fee=NOTHING, refund=NOTHING,
        released_from=day(1),
    )  # fmt: skip

    service.apply(cancelled, again=True)

    assert (room(service).room_status, room(service).current_booking_id) == (RoomStatus.CHECKOUT_DIRTY, None)
    assert service.sold()[:3] == [1, 0, 0]
    assert len(service.events(RoomVacated)) == 1
    assert len(service.rows("SELECT 1 FROM cleaning_task")) == 1


def test_a_release_after_check_out_keeps_the_nights_slept_counted(service: RoomsUnderTest) -> None:
    in_house(service)
    service.ask(service.moving_out("BK-A", day(2)))

    service.ask(ReleaseInventory(hotel=service.hotel, booking_id="BK-A"))

    assert service.sold()[:3] == [1, 1, 0]


def test_an_ended_booking_gets_no_room(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.apply(ended(service, BookingCancelled))

    assert service.refusal(service.giving("BK-A", "101")).code == "NOTHING_HELD"
    assert service.refusal(service.moving_in("BK-A")).code == "NOTHING_HELD"


def test_a_move_in_concurrent_with_a_cancellation_has_a_clear_outcome(service: RoomsUnderTest) -> None:
    for number in range(6):
        booking = f"BK-{number}"
        service.hold(booking)
        service.give(booking, "102")

        at_once(
            [lambda b=booking: service.move_in(b), lambda b=booking: service.apply(ended(service, BookingCancelled, b))]
        )

        assert service.sold()[:2] == [0, 0]
        assert room(service, "102").current_booking_id is None
        if room(service, "102").room_status is RoomStatus.CHECKOUT_DIRTY:
            make_ready = ChangeRoomStatus(
                hotel=service.hotel, room_number="102", to_status=RoomStatus.READY_FOR_GUEST, note="again"
            )
            service.ask(make_ready, caller=staff(service, Permission.OVERRIDE))
