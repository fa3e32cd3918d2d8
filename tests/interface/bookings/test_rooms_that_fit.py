"""The party and the override of a room that is too small reach rooms, and walk-ins need no e-mail address."""

from dataclasses import replace
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.amendments import AmendBooking
from contracts.bookings.communications import Communicate, CommunicationType
from contracts.bookings.queries import GetBooking, GetTimeline
from contracts.bookings.stays import AssignRoom, CheckOut, GetCandidateRooms, MoveRoom
from contracts.bookings.views import GuestDetails
from contracts.bookings.walk_ins import AddWalkIn
from contracts.rooms.assignments import FindCandidates, GiveRoom
from contracts.rooms.moves import MoveGuest
from contracts.rooms.walk_ins import ReceiveWalkIn
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import about, refused
from tests.unit.bookings.builders import CLERK, HOTEL, STAFF, a_request

WHY = "A cot fits in."
ADA = GuestDetails(first_name="Ada", last_name="Lovelace", email="")


def last(service: BookingsUnderTest, kind: type[Any]) -> Any:
    return [ask for ask in service.rooms.asks if isinstance(ask, kind)][-1]


def walk_in(**fields: Any) -> AddWalkIn:
    return AddWalkIn(hotel=HOTEL, room_number="101", guest=ADA, **fields)


def mailed(service: BookingsUnderTest, booking_id: str) -> dict[str, bool]:
    rows = service.rows(
        "SELECT type, data -> 'guest_has_email' AS reached FROM outbox"
        " WHERE subject = :id AND data -> 'guest_has_email' IS NOT NULL",
        id=booking_id,
    )
    return {row.type.split(".")[1]: row.reached for row in rows}


def test_the_whole_party_and_the_override_reach_rooms_and_the_reason_the_timeline(service: BookingsUnderTest) -> None:
    booking_id = service.booked_by_staff(adults=2, children=1).booking_id
    service.ask(GetCandidateRooms(**about(booking_id)))
    assert last(service, FindCandidates).party == 3

    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    assert (last(service, GiveRoom).party, last(service, GiveRoom).override) == (3, False)
    service.ask(AssignRoom(**about(booking_id, room_number="102", override=True, reason=WHY)))
    assert last(service, GiveRoom).override
    assert service.ask(GetTimeline(**about(booking_id))).items[-1].why == WHY


def test_a_move_into_a_room_that_is_too_small_is_refused_without_an_override(service: BookingsUnderTest) -> None:
    booking_id = service.in_house().booking.booking_id

    def small(ask: MoveGuest) -> Any:
        if not ask.override:
            raise Refusal("ROOM_TOO_SMALL", "Room 102 sleeps 1, and the party is 2.")
        return service.rooms.answer(ask)

    service.rooms.instead[MoveGuest] = small

    assert refused(service, MoveRoom(**about(booking_id, to_room_number="102"))) == "ROOM_TOO_SMALL"
    moved = service.ask(MoveRoom(**about(booking_id, to_room_number="102", override=True, reason=WHY)))
    assert moved.assigned_room_number == "102"
    assert last(service, MoveGuest).party == 2


@pytest.mark.parametrize(
    ("caller", "reason", "code"), [(CLERK, WHY, "PERMISSION_DENIED"), (STAFF, "", "NOTE_REQUIRED")]
)
def test_an_override_without_permission_or_reason_asks_rooms_nothing(
    service: BookingsUnderTest, *, caller: Any, reason: str, code: str
) -> None:
    booking_id = service.booked_by_staff().booking_id
    assigning = AssignRoom(**about(booking_id, room_number="101", override=True, reason=reason))

    assert refused(service, assigning, caller) == code
    assert refused(service, walk_in(override=True, reason=reason), caller) == code
    assert not {GiveRoom, ReceiveWalkIn} & {type(ask) for ask in service.rooms.asks}


def test_a_walk_in_s_override_reaches_rooms_and_its_reason_the_timeline(service: BookingsUnderTest) -> None:
    booking_id = service.ask(walk_in(adults=3, override=True, reason=WHY)).booking.booking_id

    ask = last(service, ReceiveWalkIn)
    assert (ask.override, ask.adults) == (True, 3)
    assert {item.why for item in service.ask(GetTimeline(**about(booking_id))).items} == {WHY}


def test_no_event_of_a_walk_in_without_an_address_is_mailed(service: BookingsUnderTest) -> None:
    booking_id = service.ask(walk_in()).booking.booking_id
    service.ask(CheckOut(**about(booking_id)))

    assert mailed(service, booking_id) == dict.fromkeys(
        ("BookingHeld", "BookingConfirmed", "GuestCheckedIn", "GuestCheckedOut"), False
    )


def test_a_walk_in_that_leaves_an_address_later_is_mailed_from_then_on(service: BookingsUnderTest) -> None:
    booking_id = service.ask(walk_in()).booking.booking_id

    service.ask(AmendBooking(**about(booking_id, internal_notes="Pays in cash.")))
    service.ask(AmendBooking(**about(booking_id, guest_email="ada@example.com")))
    service.ask(CheckOut(**about(booking_id)))

    assert mailed(service, booking_id)["GuestCheckedOut"] is True
    assert refused(service, AmendBooking(**about(booking_id, guest_email=" "))) == "VALIDATION_ERROR"


def test_a_mail_to_a_guest_without_an_address_needs_a_recipient(service: BookingsUnderTest) -> None:
    booking_id = service.ask(walk_in()).booking.booking_id
    mail = Communicate(**about(booking_id), communication_type=CommunicationType.EMAIL, message="Your bill.")

    assert refused(service, mail) == "VALIDATION_ERROR"
    assert service.ask(replace(mail, recipient="office@example.com")).recipient == "office@example.com"


def test_every_other_booking_needs_an_address(service: BookingsUnderTest) -> None:
    for payment, caller in (("none", STAFF), ("card", None)):
        request = a_request(guest=ADA, payment=payment)
        assert refused(service, request, caller or a_public()) == "VALIDATION_ERROR"
    assert refused(service, replace(walk_in(), guest=replace(ADA, email="ada"))) == "VALIDATION_ERROR"
    assert service.ask(GetBooking(**about(service.book().booking.booking_id))).guest_email == "ada@example.com"


def a_public() -> Any:
    return replace(STAFF, kind="public", hotel=None, staff_id=None, permissions=frozenset())
