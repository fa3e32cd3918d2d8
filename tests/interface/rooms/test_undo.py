"""Undo in the rooms service: the room, its task, the stay, the nights and the events."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.rooms.events import (
    ChangeSource,
    HousekeepingTaskOpened,
    RoomOccupied,
    RoomStatus,
    RoomStatusChanged,
    RoomVacated,
)
from contracts.rooms.moves import MoveGuest
from contracts.rooms.turnover import ChangeRoomStatus
from contracts.rooms.undo import CheckUndo, UndoCheck, UndoMoveIn, UndoStep
from contracts.values import Permission
from tests.interface.rooms.rooms_under_test import RoomsUnderTest, at_once, day, staff
from tests.interface.rooms.test_occupancy import in_house, room

READY, DIRTY = RoomStatus.READY_FOR_GUEST, RoomStatus.CHECKOUT_DIRTY


def undoing(
    service: RoomsUnderTest, *, status: RoomStatus = READY, booking_id: str = "BK-A", action_id: str = ""
) -> UndoMoveIn:
    return UndoMoveIn(
        action_id=action_id or uuid4().hex, booking_id=booking_id, hotel=service.hotel, room_status=status
    )


def check(service: RoomsUnderTest, step: UndoStep = UndoStep.CHECK_IN, until: int = 3) -> UndoCheck:
    query = CheckUndo(hotel=service.hotel, booking_id="BK-A", step=step, check_out=day(until))
    return service.ask(query)


def moved(service: RoomsUnderTest) -> None:
    service.ask(MoveGuest(action_id=uuid4().hex, booking_id="BK-A", hotel=service.hotel, room_number="102"))


@pytest.mark.parametrize(("status", "tasks"), [(READY, 0), (DIRTY, 1)])
def test_an_undone_move_in_vacates_the_room_and_keeps_it_assigned(
    service: RoomsUnderTest, status: RoomStatus, tasks: int
) -> None:
    in_house(service)
    sold, clerk = service.sold(), staff(service, Permission.MANAGE_CHECKIN)

    reply = service.ask(undoing(service, status=status, action_id="undo-1"), caller=clerk)

    assert (reply.room_number, reply.room_status) == ("101", status)
    assert (room(service).room_status, room(service).is_occupied) == (status, False)
    assert service.sold() == sold
    *_, vacated, changed = service.events(RoomOccupied, RoomVacated, RoomStatusChanged)
    assert (vacated.booking_id, vacated.action_id) == ("BK-A", "undo-1")
    assert (changed.old_status, changed.new_status, changed.source) == (
        RoomStatus.OCCUPIED, status, ChangeSource.FRONT_DESK,
    )  # fmt: skip
    assert len(service.events(HousekeepingTaskOpened)) == tasks
    assert service.rooms_with_wrong_tasks() == []
    [stay] = service.rows("SELECT live, moved_in_at FROM period WHERE booking_id = 'BK-A'")
    assert (stay.live, stay.moved_in_at) == (True, None)


def test_a_guest_moves_in_again_after_an_undone_move_in(service: RoomsUnderTest) -> None:
    in_house(service)
    service.ask(undoing(service))

    assert service.move_in("BK-A").room.room_status is RoomStatus.OCCUPIED
    service.ask(service.moving_out("BK-A", day(0)))
    assert service.nights_with_wrong_sold() == []


def test_a_repeated_undo_gets_the_stored_reply(service: RoomsUnderTest) -> None:
    in_house(service)
    first = service.ask(undoing(service, action_id="undo-1"))
    service.move_in("BK-A")

    assert service.ask(undoing(service, action_id="undo-1")) == first
    assert room(service).room_status is RoomStatus.OCCUPIED


def test_a_move_in_that_never_happened_is_not_undone(service: RoomsUnderTest) -> None:
    service.hold("BK-A")
    service.give("BK-A", "101")

    refusal = service.refusal(undoing(service))

    assert (refusal.code, refusal.details["reason"]) == ("CANNOT_UNDO", "NEVER_HAPPENED")
    assert [each.code for each in check(service).refusals] == ["NEVER_HAPPENED"]
    assert service.refusal(undoing(service, status=RoomStatus.OCCUPIED)).code == "VALIDATION_ERROR"


@pytest.mark.parametrize("nights", [0, 1])
def test_a_guest_who_slept_in_another_room_stays_in_house(service: RoomsUnderTest, nights: int) -> None:
    in_house(service)
    service.unit_of_work.moment += timedelta(days=nights)
    moved(service)

    said = check(service)

    assert (said.room_number, said.room_status) == ("102", RoomStatus.OCCUPIED)
    assert [each.code for each in said.refusals] == ["NIGHTS_SLEPT"] * nights
    if nights:
        assert service.refusal(undoing(service)).details["reason"] == "NIGHTS_SLEPT"
    else:
        assert service.ask(undoing(service)).room_number == "102"


def test_an_undone_move_in_races_with_a_move_out(service: RoomsUnderTest) -> None:
    for number in range(8):
        booking_id = f"BK-{number}"
        in_house(service, booking_id)

        at_once([
            lambda booking_id=booking_id: service.ask(undoing(service, booking_id=booking_id)),
            lambda booking_id=booking_id: service.ask(service.moving_out(booking_id, day(0))),
        ])  # fmt: skip

        state = room(service)
        [stay] = service.rows("SELECT live, moved_in_at FROM period WHERE booking_id = :id", id=booking_id)
        assert not state.is_occupied
        assert (stay.live, state.room_status) in ((True, READY), (False, DIRTY))
        assert service.nights_with_wrong_sold() == service.rooms_with_wrong_tasks() == []
        if stay.live:
            service.move_in(booking_id)
            service.ask(service.moving_out(booking_id, day(0)))
        cleaned(service)


def cleaned(service: RoomsUnderTest) -> None:
    for to in (RoomStatus.CLEANED_UNINSPECTED, READY):
        service.ask(ChangeRoomStatus(hotel=service.hotel, room_number="101", to_status=to, note="done"))
