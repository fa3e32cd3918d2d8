"""A process may die between any two steps: what was begun is brought to its end, and nothing is held for nobody."""

from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from contracts.bookings import (
    AssignRoom,
    BookingStatus,
    CancelBooking,
    CheckIn,
    CheckOut,
    ExtendBooking,
    MoveRoom,
    SubmitBooking,
    UnassignRoom,
)
from contracts.rooms.assignments import GiveRoom, TakeRoomBack
from contracts.rooms.events import InventoryHeld, InventoryReleased, RoomOccupied, RoomVacated
from contracts.rooms.extensions import ExtendStay
from contracts.rooms.holds import HoldInventory, ReleaseInventory
from contracts.rooms.moves import MoveGuest
from contracts.rooms.occupancy import MoveIn, MoveOut
from services.bookings.handlers.actions import drive_stale_actions
from services.bookings.handlers.inventory import sweep_holds
from tests.interface.bookings.counter import Counter, guest_of
from tests.interface.bookings.test_whole_life import ARRIVES, about, refused
from tests.unit.bookings.builders import CHECK_IN, CHECK_OUT, HOTEL, NOW, STAFF

STEPS: list[tuple[type[Any], type[Any], dict[str, str], str]] = [
    (GiveRoom, AssignRoom, {"room_number": "101"}, "RoomAssigned"),
    (TakeRoomBack, UnassignRoom, {}, "RoomUnassigned"),
    (MoveIn, CheckIn, {}, "GuestCheckedIn"),
    (MoveGuest, MoveRoom, {"to_room_number": "102"}, "RoomMoved"),
    (MoveOut, CheckOut, {}, "GuestCheckedOut"),
    (ExtendStay, ExtendBooking, {"add_nights": 1}, "StayExtended"),
]


def due(counter: Counter) -> None:
    counter.rows("UPDATE booking SET action_due_at = now() WHERE action_due_at IS NOT NULL")
    counter.rows("UPDATE hold SET check_at = now() WHERE check_at IS NOT NULL")


def prepared(counter: Counter, command: type[Any]) -> str:
    booking_id = counter.booked_by_staff().booking_id
    counter.at(ARRIVES)
    if command is not AssignRoom:
        counter.ask(AssignRoom(**about(booking_id, room_number="101")))
    if command in (CheckOut, ExtendBooking, MoveRoom):
        counter.ask(CheckIn(**about(booking_id)))
    return booking_id


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("rooms_did_it", [False, True])
def test_an_action_whose_process_died_is_driven_to_its_end(
    counter: Counter, step: tuple[type[Any], type[Any], dict[str, str], str], rooms_did_it: bool
) -> None:
    ask, command, more, fact = step
    booking_id = prepared(counter, command)

    def dies(message: Any) -> Any:
        if rooms_did_it:
            counter.rooms.answer(message)
        raise Unavailable("the process died")

    counter.rooms.instead[ask] = dies
    with pytest.raises(Unavailable):
        counter.ask(command(**about(booking_id, **more)))
    assert counter.stored(booking_id).pending
    assert not counter.tick(drive_stale_actions)  # not stale yet

    started_at = counter.unit_of_work.moment
    counter.pass_time(seconds=30)
    due(counter)
    assert not counter.tick(drive_stale_actions)  # rooms is still away: the action waits
    del counter.rooms.instead[ask]
    due(counter)
    assert counter.tick(drive_stale_actions)

    asked = [message for message in counter.rooms.asked if isinstance(message, ask)]
    assert len({message.action_id for message in asked}) == 1
    assert counter.events(booking_id)[-1] == fact
    row = counter.row("SELECT by, at FROM audit ORDER BY position DESC LIMIT 1")
    assert row.by["name"] == STAFF.name
    assert counter.stored(booking_id).pending is None
    if fact == "GuestCheckedOut":
        assert counter.stored(booking_id).checked_out_at == started_at
    assert not counter.tick(drive_stale_actions)


def test_a_submission_whose_process_died_is_driven_to_its_end(counter: Counter) -> None:
    created = counter.book(draft=True)
    counter.rooms.instead[HoldInventory] = Unavailable("the process died")
    with pytest.raises(Unavailable):
        counter.ask(SubmitBooking(**about(created.booking.booking_id)), guest_of(created))

    del counter.rooms.instead[HoldInventory]
    due(counter)
    assert counter.tick(drive_stale_actions)

    assert counter.stored(created.booking.booking_id).status == "PENDING_PAYMENT"


def test_what_rooms_refuses_in_the_end_is_cleared(counter: Counter) -> None:
    booking_id = prepared(counter, AssignRoom)
    counter.rooms.instead[GiveRoom] = Unavailable("away")
    with pytest.raises(Unavailable):
        counter.ask(AssignRoom(**about(booking_id, room_number="101")))

    counter.rooms.instead[GiveRoom] = Refusal("ROOM_OVERLAP_CONFLICT", "Taken.")
    due(counter)
    assert counter.tick(drive_stale_actions)

    assert counter.stored(booking_id).pending is None
    assert "RoomAssigned" not in counter.events(booking_id)


def test_who_began_it_and_the_timer_end_it_once(counter: Counter) -> None:
    booking_id = prepared(counter, CheckIn)

    def slow(message: Any) -> Any:
        due(counter)
        del counter.rooms.instead[MoveIn]
        assert counter.tick(drive_stale_actions)
        return counter.rooms.answer(message)

    counter.rooms.instead[MoveIn] = slow
    booking = counter.ask(CheckIn(**about(booking_id)))

    assert booking.status is BookingStatus.IN_HOUSE
    assert counter.events(booking_id).count("GuestCheckedIn") == 1


@pytest.mark.parametrize(
    ("ask", "command", "event"),
    [
        (MoveIn, CheckIn, RoomOccupied),
        (MoveGuest, MoveRoom, RoomOccupied),
        (MoveOut, CheckOut, RoomVacated),
    ],
)
def test_the_rooms_own_fact_hastens_what_waits(
    counter: Counter, ask: type[Any], command: type[Any], event: type[Any]
) -> None:
    booking_id = prepared(counter, command)
    more = {"to_room_number": "102"} if command is MoveRoom else {}
    counter.rooms.instead[ask] = Unavailable("the answer was lost")
    with pytest.raises(Unavailable):
        counter.ask(command(**about(booking_id, **more)))
    action_id = counter.rooms.asked[-1].action_id
    before = counter.stored(booking_id).action_due_at

    counter.tell(event(hotel=HOTEL, room_number="101", booking_id=booking_id, action_id="another"))
    assert counter.stored(booking_id).action_due_at == before
    counter.tell(event(hotel=HOTEL, room_number="101", booking_id=booking_id, action_id=action_id))

    assert (before - counter.stored(booking_id).action_due_at).total_seconds() > 3


def held_for(booking_id: str) -> InventoryHeld:
    return InventoryHeld(
        booking_id=booking_id, hotel=HOTEL, room_type_code="DBL", check_in=CHECK_IN, check_out=CHECK_OUT, held_at=NOW
    )


def released(counter: Counter) -> list[str]:
    return [message.booking_id for message in counter.rooms.asked if isinstance(message, ReleaseInventory)]


def test_a_hold_of_a_booking_never_written_down_is_released_after_a_minute(counter: Counter) -> None:
    counter.tell(held_for("BK-2030-NOBODY"))
    assert not counter.tick(sweep_holds)

    due(counter)
    assert counter.tick(sweep_holds)

    assert released(counter) == ["BK-2030-NOBODY"]
    counter.tell(InventoryReleased(booking_id="BK-2030-NOBODY", hotel=HOTEL))
    assert not counter.rows("SELECT * FROM hold")


def test_a_hold_that_is_wanted_is_left_alone(counter: Counter) -> None:
    booking_id = counter.book().booking.booking_id
    counter.tell(held_for(booking_id))

    due(counter)
    assert counter.tick(sweep_holds)

    assert released(counter) == []
    assert counter.row("SELECT check_at FROM hold").check_at is None
    assert not counter.tick(sweep_holds)


def test_a_hold_outliving_its_booking_is_released(counter: Counter) -> None:
    booking_id = counter.book().booking.booking_id
    counter.tell(held_for(booking_id))
    due(counter)
    counter.tick(sweep_holds)
    counter.ask(CancelBooking(**about(booking_id)))
    assert not counter.tick(sweep_holds)  # rooms has a minute to hear of it

    due(counter)
    counter.tick(sweep_holds)

    assert released(counter) == [booking_id]


def test_a_drafts_hold_is_released_while_nobody_can_submit_it(counter: Counter) -> None:
    created = counter.book(draft=True)
    booking_id = created.booking.booking_id
    counter.tell(held_for(booking_id))
    tried: list[str] = []

    def meanwhile(ask: ReleaseInventory) -> Any:
        tried.append(refused(counter, SubmitBooking(**about(booking_id)), guest_of(created)))
        return counter.rooms.answer(ask)

    counter.rooms.instead[ReleaseInventory] = meanwhile
    due(counter)
    assert counter.tick(sweep_holds)

    assert tried == ["ACTION_IN_PROGRESS"]
    assert (counter.stored(booking_id).pending, counter.stored(booking_id).version) == (None, 1)
    assert counter.ask(SubmitBooking(**about(booking_id)), guest_of(created)).status is BookingStatus.PENDING_PAYMENT


def test_an_orphan_waits_for_rooms(counter: Counter) -> None:
    counter.tell(held_for("BK-2030-NOBODY"))
    counter.rooms.instead[ReleaseInventory] = Unavailable("away")
    due(counter)

    assert not counter.tick(sweep_holds)

    assert counter.row("SELECT check_at > now() + interval '50 s' AS later FROM hold").later
