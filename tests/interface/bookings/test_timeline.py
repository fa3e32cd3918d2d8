"""The timeline has each changed value before and afterwards, rooms first, for staff and for `hotelmate explain`."""

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.bookings.amendments import AmendBooking
from contracts.bookings.asks import CancelBooking
from contracts.bookings.balance import SettleBalance
from contracts.bookings.extensions import ExtendBooking
from contracts.bookings.queries import GetTimeline
from contracts.bookings.stay_changes import ChangeBooking, RequestedChange
from contracts.bookings.stays import AssignRoom, CheckIn, CheckOut, MarkNoShow, MoveRoom, UnassignRoom
from contracts.bookings.walk_ins import AddWalkIn
from contracts.operations import ExplainBooking
from services.bookings.handlers.overstays import flag_overstays
from services.bookings.handlers.waiting_changes import settle_due_change
from services.bookings.store.explanation import explain_booking
from tests.interface.bookings.changes_paid_first import waiting
from tests.interface.bookings.service_under_test import BookingsUnderTest
from tests.interface.bookings.steps import ARRIVES, about, confirmed
from tests.interface.bookings.test_overstays import staying
from tests.unit.bookings.builders import HOTEL, a_request, eur

Rooms = list[tuple[str, str | None, str | None]]


def rooms_for_staff(service: BookingsUnderTest, booking_id: str) -> Rooms:
    items = service.ask(GetTimeline(**about(booking_id))).items
    return [(item.what, item.from_room, item.to_room) for item in items if item.from_room or item.to_room]


def rooms_for_operators(service: BookingsUnderTest, booking_id: str) -> Rooms:
    with service.engine.begin() as connection:
        entries = explain_booking(connection, ExplainBooking(booking=booking_id)).entries
    rooms = [(entry.what, entry.facts.get("from_room"), entry.facts.get("to_room")) for entry in entries]
    return [each for each in rooms if any(each[1:])]


def stay_with_moves(service: BookingsUnderTest) -> str:
    booking_id = confirmed(service)
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    service.ask(AssignRoom(**about(booking_id, room_number="102")))
    service.ask(UnassignRoom(**about(booking_id)))
    service.ask(AssignRoom(**about(booking_id, room_number="103")))
    service.at(ARRIVES)
    service.ask(CheckIn(**about(booking_id)))
    service.ask(MoveRoom(**about(booking_id, to_room_number="204", reason="The shower drips.")))
    return booking_id


MOVES: Rooms = [
    ("RoomAssigned", None, "101"),
    ("RoomAssigned", "101", "102"),
    ("RoomUnassigned", "102", None),
    ("RoomAssigned", None, "103"),
    ("GuestCheckedIn", None, "103"),
    ("RoomMoved", "103", "204"),
]


@pytest.mark.parametrize("read", [rooms_for_staff, rooms_for_operators])
def test_the_timeline_names_both_rooms_of_each_step_of_a_stay(service: BookingsUnderTest, read: Any) -> None:
    booking_id = stay_with_moves(service)
    service.ask(CheckOut(**about(booking_id)))

    assert read(service, booking_id) == [*MOVES, ("GuestCheckedOut", "204", None)]


@pytest.mark.parametrize("read", [rooms_for_staff, rooms_for_operators])
def test_the_timeline_of_a_walk_in_names_the_room(service: BookingsUnderTest, read: Any) -> None:
    walk_in = AddWalkIn(hotel=HOTEL, room_number="101", guest=a_request().guest)
    booking_id = service.ask(walk_in).booking.booking_id

    assert read(service, booking_id) == [("RoomAssigned", None, "101"), ("GuestCheckedIn", None, "101")]


@pytest.mark.parametrize("read", [rooms_for_staff, rooms_for_operators])
def test_a_cancellation_in_house_names_the_room_that_the_guest_left(service: BookingsUnderTest, read: Any) -> None:
    booking_id = stay_with_moves(service)
    service.ask(CancelBooking(**about(booking_id, reason="Flood.")))

    assert read(service, booking_id) == [*MOVES, ("BookingCancelled", "204", None)]


def test_a_no_show_names_the_room_that_is_free_again(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    service.at(ARRIVES)
    service.pass_time(days=1)
    service.ask(MarkNoShow(**about(booking_id)))

    assert rooms_for_staff(service, booking_id)[-1] == ("BookingNoShow", "101", None)


def test_events_stored_before_they_named_a_room_are_read(service: BookingsUnderTest) -> None:
    booking_id = stay_with_moves(service)
    service.ask(CancelBooking(**about(booking_id, reason="Flood.")))
    service.rows("UPDATE outbox SET data = data - 'room_number' WHERE type = 'bookings.BookingCancelled.v1'")

    assert rooms_for_staff(service, booking_id) == MOVES


Changes = list[tuple[str, str, str | None, str | None]]


def changes_for_staff(service: BookingsUnderTest, booking_id: str) -> Changes:
    items = service.ask(GetTimeline(**about(booking_id))).items
    return [(item.what, each.field, each.from_value, each.to_value) for item in items for each in item.changes]


def facts_for_operators(service: BookingsUnderTest, booking_id: str, what: str) -> list[dict[str, Any]]:
    with service.engine.begin() as connection:
        entries = explain_booking(connection, ExplainBooking(booking=booking_id)).entries
    return [entry.facts for entry in entries if entry.what == what]


def extended_stay(service: BookingsUnderTest) -> str:
    booking_id = confirmed(service)
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    service.at(ARRIVES)
    service.ask(CheckIn(**about(booking_id)))
    service.ask(ExtendBooking(**about(booking_id, add_nights=1)))
    return booking_id


def test_an_extension_says_from_which_day_to_which_and_what_the_guest_owes(service: BookingsUnderTest) -> None:
    booking_id = extended_stay(service)

    added = service.rows("SELECT balance_due FROM booking")[0].balance_due
    whole = eur(34880 + added)
    assert changes_for_staff(service, booking_id) == [
        ("StayExtended", "check_out", "2030-06-13", "2030-06-14"),
        ("StayExtended", "total_amount", "EUR 348.80", str(whole)),
        ("StayExtended", "balance_due", "EUR 0.00", str(eur(added))),
    ]
    [facts] = facts_for_operators(service, booking_id, "StayExtended")
    assert facts["check_out"] == "2030-06-13 -> 2030-06-14"


def test_a_changed_stay_says_what_changed_and_what_became_of_the_money(service: BookingsUnderTest) -> None:
    booking_id = confirmed(service)
    service.ask(AssignRoom(**about(booking_id, room_number="101")))
    waiver = {"waive_difference": True, "reason": "A cot."}
    for change in (
        RequestedChange(check_out=date(2030, 6, 14), adults=1, **waiver),
        RequestedChange(check_out=date(2030, 6, 12)),
    ):
        service.ask(ChangeBooking(**about(booking_id, change=change)))

    assert changes_for_staff(service, booking_id) == [
        ("StayChanged", "check_out", "2030-06-13", "2030-06-14"),
        ("StayChanged", "adults", "2", "1"),
        ("StayChanged", "total_amount", "EUR 348.80", "EUR 457.80"),
        ("StayChanged", "waived", None, "EUR 109.00"),
        ("StayChanged", "check_out", "2030-06-14", "2030-06-12"),
        ("StayChanged", "total_amount", "EUR 457.80", "EUR 239.80"),
        ("StayChanged", "refund", None, "EUR 109.00"),
        ("StayChanged", "waived", None, "EUR -109.00"),
    ]
    assert facts_for_operators(service, booking_id, "StayChanged")[0]["waived"] == "- -> EUR 109.00"


def test_a_change_that_waits_and_lapses_is_in_the_timeline(service: BookingsUnderTest) -> None:
    created, change_id = waiting(service)
    service.pass_time(minutes=16)
    assert service.tick(settle_due_change)

    assert changes_for_staff(service, created.booking.booking_id) == [
        ("StayChangeHeld", "pending_change", None, change_id),
        ("StayChangeHeld", "amount", None, "EUR 109.00"),
        ("StayChangeLapsed", "pending_change", change_id, None),
        ("StayChangeLapsed", "reason", None, "not_paid"),
    ]


def test_a_settled_balance_says_what_was_owed_and_what_still_is(service: BookingsUnderTest) -> None:
    booking_id = extended_stay(service)
    owed = service.rows("SELECT balance_due FROM booking")[0].balance_due

    service.ask(SettleBalance(**about(booking_id, amount="10.00")))

    settled = ("BalanceSettled", "balance_due", str(eur(owed)), str(eur(owed - 1000)))
    assert changes_for_staff(service, booking_id)[-1] == settled


def test_an_amendment_says_each_value_before_and_afterwards_to_staff_only(service: BookingsUnderTest) -> None:
    booking_id = service.book().booking.booking_id
    amend = {"internal_notes": "VIP", "guest_email": "new@example.com", "late_arrival_expected": True}

    service.ask(AmendBooking(**about(booking_id, **amend)))
    service.ask(AmendBooking(**about(booking_id, internal_notes="")))

    assert changes_for_staff(service, booking_id) == [
        ("BookingAmended", "late_arrival_expected", "no", "yes"),
        ("BookingAmended", "internal_notes", None, "VIP"),
        ("BookingAmended", "guest_email", "ada@example.com", "new@example.com"),
        ("BookingAmended", "internal_notes", "VIP", None),
    ]
    first, _ = facts_for_operators(service, booking_id, "BookingAmended")
    assert first["amended"] == "late_arrival_expected, internal_notes, guest_email"
    assert "VIP" not in str(first)
    assert "new@example.com" not in str(first)


def test_a_rising_overstay_says_both_severities(service: BookingsUnderTest) -> None:
    booking_id = staying(service, late=timedelta(minutes=1))
    service.tick(flag_overstays)
    service.pass_time(hours=1)
    service.tick(flag_overstays)

    assert changes_for_staff(service, booking_id) == [
        ("OverstayFlagged", "overstay_severity", None, "LOW"),
        ("OverstayFlagged", "overstay_severity", "LOW", "MEDIUM"),
    ]
