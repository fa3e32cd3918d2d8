"""Recovery: actions that were interrupted are carried out, once."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.messaging.event_dispatcher import APPLIED
from chassis.refusal import Refusal, Unavailable
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.asks import SubmitBooking
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.status import BookingStatus
from contracts.bookings.stay_changes import ChangeBooking, RequestedChange
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, MoveRoom, UnassignRoom
from contracts.bookings.undo import UndoCheckIn, UndoCheckOut
from contracts.rooms.assignments import GiveRoom, TakeRoomBack
from contracts.rooms.events import RoomOccupied, RoomVacated
from contracts.rooms.extensions import ExtendStay
from contracts.rooms.holds import HoldInventory
from contracts.rooms.moves import MoveGuest
from contracts.rooms.occupancy import MoveIn, MoveOut
from contracts.rooms.stay_changes import ChangeStay
from contracts.rooms.undo import UndoMoveIn, UndoMoveOut
from services.bookings.domain.booking import Booking
from services.bookings.handlers.action_completion import drive_stale_actions
from services.bookings.store import event_effects
from services.bookings.store.bookings import SqlBookings
from services.bookings.work import BookingsWork
from tests.fakes.lock_wait import after_a_wait
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import ARRIVES, about
from tests.unit.bookings.builders import CHECK_OUT, HOTEL, STAFF

LONGER = RequestedChange(check_out=CHECK_OUT + timedelta(days=1))
STEPS: list[tuple[type[Any], type[Any], dict[str, Any], str]] = [
    (GiveRoom, AssignRoom, {"room_number": "101"}, "RoomAssigned"),
    (TakeRoomBack, UnassignRoom, {}, "RoomUnassigned"),
    (MoveIn, CheckIn, {}, "GuestCheckedIn"),
    (MoveGuest, MoveRoom, {"to_room_number": "102"}, "RoomMoved"),
    (MoveOut, CheckOut, {}, "GuestCheckedOut"),
    (ExtendStay, ExtendBooking, {"add_nights": 1}, "StayExtended"),
    (ChangeStay, ChangeBooking, {"change": LONGER}, "StayChanged"),
    (UndoMoveIn, UndoCheckIn, {"room_status": "READY_FOR_GUEST"}, "CheckInUndone"),
    (UndoMoveOut, UndoCheckOut, {}, "CheckOutUndone"),
]


def due(service: BookingsUnderTest) -> None:
    service.rows("UPDATE booking SET action_due_at = now() WHERE action_due_at IS NOT NULL")
    service.rows("UPDATE hold SET check_at = now() WHERE check_at IS NOT NULL")


def prepared(service: BookingsUnderTest, command: type[Any]) -> str:
    booking_id = service.booked_by_staff().booking_id
    service.at(ARRIVES)
    if command is not AssignRoom:
        service.ask(AssignRoom(**about(booking_id, room_number="101")))
    if command in (CheckOut, ExtendBooking, MoveRoom, UndoCheckIn, UndoCheckOut):
        service.ask(CheckIn(**about(booking_id)))
    if command is UndoCheckOut:
        service.ask(CheckOut(**about(booking_id)))
    return booking_id


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("rooms_did_it", [False, True])
def test_an_action_whose_process_died_is_driven_to_its_end(
    service: BookingsUnderTest, step: tuple[type[Any], type[Any], dict[str, Any], str], rooms_did_it: bool
) -> None:
    ask, command, more, fact = step
    booking_id = prepared(service, command)

    service.rooms.die_at(ask, done=rooms_did_it)
    with pytest.raises(Unavailable):
        service.ask(command(**about(booking_id, **more)))
    assert service.stored(booking_id).pending
    assert not service.tick(drive_stale_actions)  # not stale yet

    started_at = service.unit_of_work.moment
    service.pass_time(seconds=30)
    due(service)
    assert not service.tick(drive_stale_actions)  # rooms is still away: the action waits
    del service.rooms.instead[ask]
    due(service)
    assert service.tick(drive_stale_actions)

    asks = [message for message in service.rooms.asks if isinstance(message, ask)]
    assert len({message.action_id for message in asks}) == 1
    assert service.events(booking_id)[-1] == fact
    row = service.row("SELECT by, at FROM audit ORDER BY position DESC LIMIT 1")
    assert row.by["id"] == STAFF.staff_id
    assert service.stored(booking_id).pending is None
    if fact == "GuestCheckedOut":
        assert service.stored(booking_id).checked_out_at == started_at
    assert not service.tick(drive_stale_actions)


def test_a_submission_whose_process_died_is_driven_to_its_end(service: BookingsUnderTest) -> None:
    created = service.book(draft=True)
    service.rooms.instead[HoldInventory] = Unavailable("the process died")
    with pytest.raises(Unavailable):
        service.ask(SubmitBooking(**about(created.booking.booking_id)), guest_of(created))

    del service.rooms.instead[HoldInventory]
    due(service)
    assert service.tick(drive_stale_actions)

    assert service.stored(created.booking.booking_id).status == "PENDING_PAYMENT"


def test_a_stale_action_refused_by_rooms_is_cleared(service: BookingsUnderTest) -> None:
    booking_id = prepared(service, AssignRoom)
    service.rooms.instead[GiveRoom] = Unavailable("away")
    with pytest.raises(Unavailable):
        service.ask(AssignRoom(**about(booking_id, room_number="101")))

    service.rooms.instead[GiveRoom] = Refusal("ROOM_OVERLAP_CONFLICT", "Taken.")
    due(service)
    assert service.tick(drive_stale_actions)

    assert service.stored(booking_id).pending is None
    assert "RoomAssigned" not in service.events(booking_id)


def test_an_action_ended_by_its_caller_and_the_timer_ends_once(service: BookingsUnderTest) -> None:
    booking_id = prepared(service, CheckIn)

    def slow(message: Any) -> Any:
        due(service)
        del service.rooms.instead[MoveIn]
        assert service.tick(drive_stale_actions)
        return service.rooms.answer(message)

    service.rooms.instead[MoveIn] = slow
    booking = service.ask(CheckIn(**about(booking_id)))

    assert booking.status is BookingStatus.IN_HOUSE
    assert service.events(booking_id).count("GuestCheckedIn") == 1


@pytest.mark.parametrize(
    ("ask", "command", "event"),
    [
        (MoveIn, CheckIn, RoomOccupied),
        (MoveGuest, MoveRoom, RoomOccupied),
        (MoveOut, CheckOut, RoomVacated),
    ],
)
def test_an_event_of_rooms_makes_the_pending_action_due(
    service: BookingsUnderTest, ask: type[Any], command: type[Any], event: type[Any]
) -> None:
    booking_id = prepared(service, command)
    more = {"to_room_number": "102"} if command is MoveRoom else {}
    service.rooms.instead[ask] = Unavailable("the answer was lost")
    with pytest.raises(Unavailable):
        service.ask(command(**about(booking_id, **more)))
    action_id = service.rooms.asks[-1].action_id
    before = service.stored(booking_id).action_due_at

    service.deliver(event(hotel=HOTEL, room_number="101", booking_id=booking_id, action_id="another"))
    assert service.stored(booking_id).action_due_at == before
    service.deliver(event(hotel=HOTEL, room_number="101", booking_id=booking_id, action_id=action_id))

    assert (before - service.stored(booking_id).action_due_at).total_seconds() > 3


def assigned_beside_another_action(service: BookingsUnderTest) -> Booking:
    """While rooms is asked to give a room, the action is refused and another one begins, at the same version."""
    booking_id = prepared(service, AssignRoom)

    def another(message: Any) -> Any:
        service.rows("""UPDATE booking SET pending = pending || '{"id": "another"}' WHERE pending IS NOT NULL""")
        return service.rooms.answer(message)

    service.rooms.instead[GiveRoom] = another
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    with service.unit_of_work.begin() as work:
        booking: Booking | None = work.bookings.find(HOTEL, booking_id)
    assert booking
    return booking


def test_an_action_does_not_end_another_one(service: BookingsUnderTest) -> None:
    booking = assigned_beside_another_action(service)

    assert booking.pending
    assert booking.pending.id == "another"
    assert booking.assigned_room_number is None


def test_an_action_that_expects_no_change_would_end_another_one(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SqlBookings, "expect_unchanged", lambda *_: None)

    booking = assigned_beside_another_action(service)

    assert booking.pending is None
    assert booking.assigned_room_number == "101"


def test_a_change_during_an_action_stays(service: BookingsUnderTest) -> None:
    booking_id = prepared(service, AssignRoom)

    def changing(message: Any) -> Any:
        service.ask(AmendBooking(**about(booking_id, internal_notes="Late by train")))
        return service.rooms.answer(message)

    service.rooms.instead[GiveRoom] = changing
    booking = service.ask(AssignRoom(**about(booking_id, room_number="101")))

    assert (booking.internal_notes, booking.assigned_room_number) == ("Late by train", "101")
    assert service.events(booking_id)[-2:] == ["BookingAmended", "RoomAssigned"]


def waiting_for_the_end(service: BookingsUnderTest) -> Any:
    """The event of a vacated room comes while its check-out ends, and has locked the booking; waits for the end."""
    booking_id = prepared(service, CheckOut)
    service.rooms.instead[MoveOut] = Unavailable("the answer is on its way")
    with pytest.raises(Unavailable):
        service.ask(CheckOut(**about(booking_id)))
    action_id = service.rooms.asks[-1].action_id
    event = RoomVacated(hotel=HOTEL, room_number="101", booking_id=booking_id, action_id=action_id)

    def lock(work: BookingsWork) -> None:
        assert work.bookings.lock(HOTEL, booking_id)

    return after_a_wait(service.engine, service.unit_of_work.begin, lock, lambda: service.deliver(event))


def test_an_event_of_rooms_does_not_wait_for_the_end_of_its_action(service: BookingsUnderTest) -> None:
    with pytest.raises(AssertionError, match=r"did not wait: .*applied"):
        waiting_for_the_end(service)


def test_an_event_of_rooms_that_skips_no_lock_would_wait(
    service: BookingsUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_effects, "EXPEDITE", event_effects.EXPEDITE.replace("SKIP LOCKED", ""))

    assert waiting_for_the_end(service) == [APPLIED]
