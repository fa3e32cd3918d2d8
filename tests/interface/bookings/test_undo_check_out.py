"""An undone check-out: the booking, its secrets, token, chat and overstay, repetitions, crashes and races."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.refusal import Refusal, Unavailable
from chassis.transactions.conversation import Conversation
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.chat import GetChat, SendChatMessage
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.queries import GetBooking, GetTimeline
from contracts.bookings.stays import CheckOut
from contracts.bookings.undo import PreviewUndo, UndoCheckIn, UndoCheckOut
from contracts.rooms.events import RoomStatus
from contracts.rooms.undo import UndoMoveOut, UndoStep
from contracts.values import Context
from services.bookings.actions import vacate
from services.bookings.handlers.overstays import flag_overstays
from tests.interface.bookings.repeated_undo import assert_no_second_effect
from tests.interface.bookings.service_under_test import BookingsUnderTest, guest_of
from tests.interface.bookings.steps import about, refused
from tests.interface.bookings.test_overstays import incidents, staying
from tests.interface.bookings.test_races import at_once
from tests.unit.bookings.builders import HOTEL, STAFF, STRANGER


def undo(booking_id: str, **more: Any) -> UndoCheckOut:
    return UndoCheckOut(**about(booking_id, **{"reason": "Still packing.", **more}))


def left(service: BookingsUnderTest) -> str:
    """A booking whose guest has left."""
    booking_id = staying(service)
    service.ask(CheckOut(**about(booking_id)))
    return booking_id


def reason_of(service: BookingsUnderTest, booking_id: str) -> Any:
    with pytest.raises(Refusal) as caught:
        service.ask(undo(booking_id))
    assert caught.value.code == "CANNOT_UNDO"
    return caught.value.details["reason"]


def test_a_guest_whose_check_out_is_undone_is_in_house_as_before(service: BookingsUnderTest) -> None:
    created = service.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    before = service.ask(GetBooking(**about(booking_id)), guest)
    service.ask(SendChatMessage(**about(booking_id, text="Hello.")), guest)
    service.ask(CheckOut(**about(booking_id)))
    service.pass_time(hours=1)
    assert refused(service, SendChatMessage(**about(booking_id, text="Wait!")), guest) == "BOOKING_ENDED"

    after = service.ask(undo(booking_id))

    assert (after.status, after.assigned_room_number, after.checked_out_at, after.checked_out_by) == (
        "IN_HOUSE", "101", None, None,
    )  # fmt: skip
    assert (after.check_out, after.checked_in_at) == (before.check_out, before.checked_in_at)
    assert service.stored(booking_id).ended_at is None
    now = service.ask(GetBooking(**about(booking_id)), guest)  # with the same token
    assert now.in_house
    assert (now.in_house.wifi_ssid, len(now.in_house.room_pin)) == ("Killarney", 4)
    service.ask(SendChatMessage(**about(booking_id, text="Back.")), guest)
    assert [message.text for message in service.ask(GetChat(**about(booking_id))).results] == ["Back.", "Hello."]
    entry = next(item for item in service.ask(GetTimeline(**about(booking_id))).items if item.what == "CheckOutUndone")
    assert (entry.why, entry.from_room, entry.to_room) == ("Still packing.", None, "101")
    assert service.ask(ExtendBooking(**about(booking_id, add_nights=1))).status == "IN_HOUSE"
    assert service.ask(CheckOut(**about(booking_id))).status == "COMPLETED"


def test_an_undone_check_out_that_is_repeated_has_no_second_effect(service: BookingsUnderTest) -> None:
    booking_id = left(service)

    assert_no_second_effect(service, undo(booking_id), "CheckOutUndone")


def test_what_cannot_be_undone_is_refused_with_the_reason(service: BookingsUnderTest) -> None:
    booking_id = staying(service)
    assert reason_of(service, booking_id) == "NEVER_HAPPENED"
    service.ask(CheckOut(**about(booking_id)))
    assert refused(service, undo(booking_id), STRANGER) == "BOOKING_NOT_FOUND"
    service.rooms.instead[UndoMoveOut] = Refusal("CANNOT_UNDO", "Taken.", reason="ROOM_TAKEN")
    assert reason_of(service, booking_id) == "ROOM_TAKEN"
    assert service.stored(booking_id).pending is None
    service.pass_time(hours=12)
    del service.rooms.instead[UndoMoveOut]
    service.pass_time(seconds=1)
    assert reason_of(service, booking_id) == "TOO_LATE"


def test_steps_are_undone_one_after_the_other(service: BookingsUnderTest) -> None:
    booking_id = left(service)
    undo_check_in = UndoCheckIn(**about(booking_id, room_status=RoomStatus.READY_FOR_GUEST))
    assert refused(service, undo_check_in) == "CANNOT_UNDO"

    service.ask(undo(booking_id))
    assert service.ask(undo_check_in).status == "CONFIRMED"

    assert reason_of(service, booking_id) == "NEVER_HAPPENED"
    assert service.ask(undo_check_in).status == "CONFIRMED"


def test_an_overstay_is_flagged_anew_after_an_undone_check_out(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(hours=1))
    assert service.tick(flag_overstays)
    service.ask(CheckOut(**about(booking_id)))

    service.ask(undo(booking_id))
    while service.tick(flag_overstays):
        pass

    assert [each.status for each in incidents(service, booking_id)] == ["RESOLVED", "OPEN"]


def test_a_check_out_that_erased_the_chat_is_undone_and_the_chat_stays_erased(service: BookingsUnderTest) -> None:
    created = service.in_house()
    guest, booking_id = guest_of(created), created.booking.booking_id
    service.ask(SendChatMessage(**about(booking_id, text="Hello.")), guest)
    conversation = Conversation(service.unit_of_work, service.rooms, Context(caller=STAFF))
    assert vacate.check_out(conversation, hotel=HOTEL, booking_id=booking_id, reason="Fire drill.", force=True)

    assert service.ask(undo(booking_id)).status == "IN_HOUSE"

    assert service.ask(GetChat(**about(booking_id))).results == ()
    service.ask(SendChatMessage(**about(booking_id, text="Back.")), guest)


def test_an_undo_is_pending_until_rooms_answers(service: BookingsUnderTest) -> None:
    booking_id = left(service)
    service.rooms.instead[UndoMoveOut] = Unavailable("away")
    key = {"idempotency_key": "k", "fingerprint": "f"}
    with pytest.raises(Unavailable):
        service.answer(undo(booking_id), **key)
    query = PreviewUndo(**about(booking_id, step=UndoStep.CHECK_OUT))
    assert [each.code for each in service.ask(query).refusals] == ["ACTION_IN_PROGRESS"]
    assert refused(service, undo(booking_id)) == "ACTION_IN_PROGRESS"
    service.ask(AmendBooking(**about(booking_id, internal_notes="Calls the taxi back.")))

    del service.rooms.instead[UndoMoveOut]
    assert service.answer(undo(booking_id), **key).reply.status == "IN_HOUSE"

    assert len({message.action_id for message in service.rooms.asks if isinstance(message, UndoMoveOut)}) == 1


def test_the_preview_says_what_the_undo_does(service: BookingsUnderTest) -> None:
    booking_id = left(service)
    at = service.unit_of_work.moment

    said = service.ask(PreviewUndo(**about(booking_id, step=UndoStep.CHECK_OUT)))

    assert (said.allowed, said.status, said.room_number, said.room_status) == (
        True, "IN_HOUSE", "101", RoomStatus.OCCUPIED,
    )  # fmt: skip
    assert said.undo_until == at + timedelta(hours=12)


def test_two_undone_check_outs_at_once_are_one(service: BookingsUnderTest) -> None:
    for _ in range(4):
        booking_id = left(service)

        answers = at_once(*[lambda booking_id=booking_id: service.ask(undo(booking_id)).status] * 2)

        assert set(answers) <= {"IN_HOUSE", "ACTION_IN_PROGRESS"}
        assert service.events(booking_id).count("CheckOutUndone") == 1
