"""Guests move in and out, bookings end: the room, the counters and the facts follow, each once."""

import pytest

from contracts.bookings import (
    BookingAmended,
    BookingCancelled,
    BookingDeclined,
    BookingExpired,
    BookingNoShow,
    ExpiryReason,
)
from contracts.message import Event
from contracts.rooms import (
    ChangeRoomStatus,
    ChangeSource,
    GetRoom,
    InventoryReleased,
    ReleaseInventory,
    RoomOccupied,
    RoomStatus,
    RoomStatusChanged,
    RoomVacated,
    RoomView,
    TakeRoomBack,
)
from contracts.values import SYSTEM, Actor, ActorKind, Money, Permission
from tests.interface.rooms.house import START, House, at_once, day, staff

NOTHING = Money(0, "EUR")


def room(house: House, number: str = "101") -> RoomView:
    return house.ask(GetRoom(hotel=house.hotel, room_number=number))


def in_house(house: House, booking_id: str = "BK-A", first: int = 0, until: int = 3) -> None:
    house.hold(booking_id, first, until)
    house.give(booking_id, "101")
    house.move_in(booking_id)


def ended(house: House, kind: type[Event], booking_id: str = "BK-A") -> Event:
    about = {"booking_id": booking_id, "hotel": house.hotel}
    if kind is BookingDeclined:
        return BookingDeclined(**about, reason_code="OTHER", decision_made_at=START, decision_made_by=SYSTEM)
    if kind is BookingCancelled:
        return BookingCancelled(**about, cancelled_at=START, cancelled_by=SYSTEM, fee=NOTHING, refund=NOTHING)
    if kind is BookingExpired:
        return BookingExpired(**about, reason=ExpiryReason.HOLD_RAN_OUT, expired_at=START)
    return BookingNoShow(**about, marked_at=START, marked_by=SYSTEM, fee=NOTHING, refund=NOTHING)


def test_a_guest_moves_in(house: House) -> None:
    house.hold("BK-A")
    house.give("BK-A", "101")
    conversation = staff(house, Permission.MANAGE_CHECKIN)

    reply = house.ask(house.moving_in("BK-A", action_id="in-1"), caller=conversation)

    assert (reply.room.room_number, reply.room.room_status) == ("101", RoomStatus.OCCUPIED)
    assert (reply.wifi.ssid, reply.wifi.password) == ("house", "only-in-replies")
    assert (room(house).is_occupied, room(house).current_booking_id, room(house).version) == (True, "BK-A", 2)
    occupied, changed = house.events(RoomOccupied, RoomStatusChanged)
    assert (occupied.booking_id, occupied.action_id) == ("BK-A", "in-1")
    assert (changed.old_status, changed.new_status) == (RoomStatus.READY_FOR_GUEST, RoomStatus.OCCUPIED)
    assert (changed.source, changed.by) == (ChangeSource.FRONT_DESK, Actor(ActorKind.STAFF, "7", "Aoife"))
    assert house.numbers(f"room/{house.hotel}/101") == [1, 2]


def test_no_secret_leaves_in_an_event(house: House) -> None:
    in_house(house)

    assert house.rows("SELECT 1 FROM outbox WHERE data::text LIKE '%only-in-replies%'") == []


def test_moving_in_again_is_answered_alike_and_told_once(house: House) -> None:
    house.hold("BK-A")
    house.give("BK-A", "101")
    first = house.ask(house.moving_in("BK-A", action_id="in-1"))

    assert house.ask(house.moving_in("BK-A", action_id="in-1")) == first
    assert house.ask(house.moving_in("BK-A", action_id="in-2")) == first
    assert len(house.events(RoomOccupied)) == 1


def test_a_guest_without_a_room_does_not_move_in(house: House) -> None:
    house.hold("BK-A")

    assert house.refusal(house.moving_in("BK-A")).code == "NO_ROOM_ASSIGNED"


def test_a_room_that_is_not_ready_takes_no_guest(house: House) -> None:
    house.hold("BK-A")
    house.give("BK-A", "101")
    cleaner = staff(house, Permission.CLEAN)
    call = ChangeRoomStatus(hotel=house.hotel, room_number="101", to_status=RoomStatus.MAINTENANCE_REQUIRED)
    house.ask(call, caller=cleaner)

    assert house.refusal(house.moving_in("BK-A")).code == "ROOM_NOT_READY"
    assert house.events(RoomOccupied) == []


def test_a_guest_in_house_keeps_the_room(house: House) -> None:
    in_house(house)
    back = TakeRoomBack(action_id="x", booking_id="BK-A", hotel=house.hotel)

    assert house.refusal(house.giving("BK-A", "102")).code == "BOOKING_ALREADY_CHECKED_IN"
    assert house.refusal(back).code == "BOOKING_ALREADY_CHECKED_IN"


def test_a_guest_who_leaves_early_frees_the_nights_to_come(house: House) -> None:
    in_house(house)

    taken = house.ask(house.moving_out("BK-A", day(1), action_id="out-1"))

    assert (taken.room_number, taken.room_status) == ("101", RoomStatus.CHECKOUT_DIRTY)
    assert house.sold()[:3] == [1, 0, 0]
    [vacated] = house.events(RoomVacated)
    assert (vacated.booking_id, vacated.action_id) == ("BK-A", "out-1")
    assert [event.released_from for event in house.events(InventoryReleased)] == [day(1)]
    [stay] = house.rows("SELECT live, upper(nights) AS until FROM period WHERE booking_id = 'BK-A'")
    assert (stay.live, stay.until) == (False, day(1))
    assert len(house.rows("SELECT 1 FROM cleaning_task WHERE done_at IS NULL")) == 1
    house.hold("BK-B", 1, 3)
    house.give("BK-B", "101")


def test_a_guest_who_leaves_on_the_day_of_arrival_frees_everything(house: House) -> None:
    in_house(house)

    house.ask(house.moving_out("BK-A", day(0)))

    assert house.sold()[:3] == [0, 0, 0]
    assert room(house).room_status is RoomStatus.CHECKOUT_DIRTY


def test_moving_out_again_is_answered_alike_and_told_once(house: House) -> None:
    in_house(house)
    first = house.ask(house.moving_out("BK-A", day(3), action_id="out-1"))

    assert house.ask(house.moving_out("BK-A", day(3), action_id="out-1")) == first
    assert len(house.events(RoomVacated)) == 1
    assert len(house.rows("SELECT 1 FROM cleaning_task")) == 1


def test_who_did_not_move_in_does_not_move_out(house: House) -> None:
    house.hold("BK-A")
    house.give("BK-A", "101")

    assert house.refusal(house.moving_out("BK-A", day(1))).code == "CHECKOUT_FAILED"


@pytest.mark.parametrize("kind", [BookingDeclined, BookingCancelled, BookingExpired, BookingNoShow])
def test_a_booking_that_ends_frees_its_nights_and_its_room_once(house: House, kind: type[Event]) -> None:
    house.hold("BK-A")
    house.give("BK-A", "101")
    house.hold("BK-B")

    house.hear(ended(house, kind), again=True)

    assert house.sold()[:2] == [1, 1]
    assert len(house.events(InventoryReleased)) == 1
    house.give("BK-B", "101")


def test_a_booking_that_ends_frees_nights_of_the_type_it_was_moved_to(house: House) -> None:
    house.hold("BK-A")
    house.give("BK-A", "201")

    house.hear(ended(house, BookingCancelled))

    assert (house.sold("DBL")[:2], house.sold("STE")[:2]) == ([0, 0], [0, 0])


def test_a_batch_of_endings_is_settled_together(house: House) -> None:
    house.hold("BK-A", 3, 5)
    house.hold("BK-B", 0, 4)
    house.hold("BK-C", 1, 2, room_type="STE")

    with house.statements() as sent:
        house.hear(*(ended(house, BookingExpired, booking) for booking in ("BK-A", "BK-B", "BK-C", "BK-NONE")))

    assert house.sold() == [0] * 10
    assert len(house.events(InventoryReleased)) == 3
    assert sum("UPDATE night" in statement for statement in sent) == 1


def test_other_facts_about_a_booking_are_no_matter_of_rooms(house: House) -> None:
    house.hold("BK-A")

    house.hear(BookingAmended(booking_id="BK-A", hotel=house.hotel, fields=("notes",), by=SYSTEM))
    house.hear(ended(house, BookingCancelled))

    assert house.sold()[:2] == [0, 0]


def test_a_cancellation_in_house_vacates_the_room_as_a_check_out_does(house: House) -> None:
    in_house(house)
    cancelled = BookingCancelled(
        booking_id="BK-A", hotel=house.hotel, cancelled_at=START, cancelled_by=SYSTEM, fee=NOTHING, refund=NOTHING,
        released_from=day(1),
    )  # fmt: skip

    house.hear(cancelled, again=True)

    assert (room(house).room_status, room(house).current_booking_id) == (RoomStatus.CHECKOUT_DIRTY, None)
    assert house.sold()[:3] == [1, 0, 0]
    assert len(house.events(RoomVacated)) == 1
    assert len(house.rows("SELECT 1 FROM cleaning_task")) == 1


def test_a_release_after_check_out_leaves_the_nights_slept_counted(house: House) -> None:
    in_house(house)
    house.ask(house.moving_out("BK-A", day(2)))

    house.ask(ReleaseInventory(booking_id="BK-A"))

    assert house.sold()[:3] == [1, 1, 0]


def test_an_ended_booking_is_given_no_room(house: House) -> None:
    house.hold("BK-A")
    house.hear(ended(house, BookingCancelled))

    assert house.refusal(house.giving("BK-A", "101")).code == "NOTHING_HELD"
    assert house.refusal(house.moving_in("BK-A")).code == "NOTHING_HELD"


def test_moving_in_and_cancelling_at_once_end_clearly(house: House) -> None:
    for number in range(6):
        booking = f"BK-{number}"
        house.hold(booking)
        house.give(booking, "102")

        at_once([lambda b=booking: house.move_in(b), lambda b=booking: house.hear(ended(house, BookingCancelled, b))])

        assert house.sold()[:2] == [0, 0]
        assert room(house, "102").current_booking_id is None
        if room(house, "102").room_status is RoomStatus.CHECKOUT_DIRTY:
            make_ready = ChangeRoomStatus(
                hotel=house.hotel, room_number="102", to_status=RoomStatus.READY_FOR_GUEST, note="again"
            )
            house.ask(make_ready, caller=staff(house, Permission.OVERRIDE))
