"""Bookings as staff list, read and change them over HTTP."""

from datetime import date
from typing import Any

import pytest

from chassis.refusal import Refusal
from contracts.bookings.amendments import AmendBooking, MarkSeen
from contracts.bookings.approval import ConfirmBooking, DeclineBooking
from contracts.bookings.asks import CancelBooking, CreateBooking
from contracts.bookings.queries import GetBooking, GetTimeline, ListBookings
from contracts.bookings.refunds import RetryRefund
from contracts.bookings.status import BookingSource, BookingStatus
from contracts.bookings.stays import (
    AssignRoom,
    CheckIn,
    CheckOut,
    GetCandidateRooms,
    MarkNoShow,
    MoveRoom,
    UnassignRoom,
)
from contracts.bookings.views import CreatedBooking, DepartureWarning, FieldChange, Timeline, TimelineItem
from contracts.rooms.assignments import CandidateRoom, Candidates, RoomFit
from contracts.rooms.events import RoomStatus
from contracts.values import Money
from gateway.identity.roles import Role
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway, code
from tests.unit.gateway.test_guest import DETAIL, ROW

HOTEL = f"/api/staff/hotels/{builders.HOTEL}"
BOOKING = f"{HOTEL}/room-bookings/{builders.BOOKING}"


def test_a_booking_in_the_list_has_the_fields_of_a_row_and_no_more(
    gateway: Gateway, front_desk: dict[str, str]
) -> None:
    gateway.bus.answers(ListBookings, builders.booking_list(builders.booking(), count=45))

    body = gateway.get(f"{HOTEL}/room-bookings/?status=CONFIRMED,CHECKED_IN&page=2", headers=front_desk).json()

    assert body["count"] == 45
    assert body["next"] == "?status=CONFIRMED%2CCHECKED_IN&page=3"
    assert body["previous"] == "?status=CONFIRMED%2CCHECKED_IN&page=1"
    assert body["results"][0].keys() == ROW | {"late"}
    assert gateway.bus.last(ListBookings).status == ("CONFIRMED", "CHECKED_IN")


def test_the_first_page_of_a_plain_list_links_simply(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(ListBookings, builders.booking_list(count=45))

    body = gateway.get(f"{HOTEL}/room-bookings/", headers=front_desk).json()

    assert (body["next"], body["previous"]) == ("?page=2", None)


def test_filters_reach_bookings_typed(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(ListBookings, builders.booking_list())
    query = (
        "start_date=2026-08-01&has_room_assigned=true&include_counts=true&bucket=arrivals&ordering=-check_in&search=ada"
    )

    gateway.get(f"{HOTEL}/room-bookings/?{query}", headers=front_desk)

    ask = gateway.bus.last(ListBookings)
    assert ask.start_date == date(2026, 8, 1)
    assert (ask.has_room_assigned, ask.include_counts) == (True, True)
    assert (ask.bucket, ask.ordering, ask.search) == ("arrivals", "-check_in", "ada")


@pytest.mark.parametrize("query", ["start_date=tomorrow", "end_date=20261101", "has_room_assigned=maybe", "search=%00"])
def test_an_invalid_filter_is_400(gateway: Gateway, front_desk: dict[str, str], query: str) -> None:
    answer = gateway.get(f"{HOTEL}/room-bookings/?{query}", headers=front_desk)

    assert (answer.status_code, code(answer)) == (400, "INVALID_FILTER")


def test_staff_see_the_whole_booking(gateway: Gateway, front_desk: dict[str, str]) -> None:
    confirmed = builders.in_house(confirmed_by=builders.CLERK)
    gateway.bus.answers(GetBooking, confirmed)

    answer = gateway.get(f"{BOOKING}/", headers=front_desk)

    body = answer.json()
    assert body.keys() >= DETAIL
    assert body["internal_notes"] == "Prefers the lake side."
    assert body["confirmed_by"] == {"kind": "staff", "id": "b6f8", "name": "Nora Clerk"}
    assert body["room_pin"] == "4821"
    assert answer.headers["etag"] == '"3"'


def test_the_pin_is_for_the_front_desk_only(gateway: Gateway) -> None:
    gateway.bus.answers(GetBooking, builders.in_house())
    cleaner = gateway.accounts.signed_in(builders.staff(Role.HOUSEKEEPING))

    answer = gateway.get(f"{BOOKING}/", headers=cleaner)

    assert answer.status_code == 200
    assert answer.json()["room_pin"] is None
    assert "4821" not in answer.text


def test_staff_book_for_a_guest(gateway: Gateway, front_desk: dict[str, str]) -> None:
    made = CreatedBooking(booking=builders.booking(), guest_token="the-guests-own")
    gateway.bus.answers(CreateBooking, made)
    stay = {"room_type_code": "STD", "check_in": "2026-08-14", "check_out": "2026-08-17", "payment": "none"}
    guest = {"first_name": "Ada", "last_name": "Byrne", "email": "ada@example.com"}

    answer = gateway.post(f"{HOTEL}/room-bookings/", {**stay, "guest": guest}, headers=front_desk)

    assert answer.status_code == 201
    assert "the-guests-own" not in answer.text
    ask = gateway.bus.last(CreateBooking)
    assert (ask.payment, ask.source) == ("none", BookingSource.STAFF)


def test_an_amendment_changes_only_what_it_names(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(AmendBooking, builders.booking())

    gateway.patch(f"{BOOKING}/", {"internal_notes": ""}, headers=front_desk)

    ask = gateway.bus.last(AmendBooking)
    assert (ask.internal_notes, ask.special_requests, ask.guest_email) == ("", None, None)


def test_the_timeline_has_actor_and_reason_of_each_change(gateway: Gateway, front_desk: dict[str, str]) -> None:
    item = TimelineItem(
        at=builders.NOON, what="BookingDeclined", by=builders.CLERK, why="full", trace_id="t", sequence=4,
        from_status=BookingStatus.PENDING_APPROVAL, to_status=BookingStatus.DECLINED,
        changes=(FieldChange(field="internal_notes", from_value=None, to_value="VIP"),),
    )  # fmt: skip
    gateway.bus.answers(GetTimeline, Timeline(booking_id=builders.BOOKING, items=(item,)))

    body = gateway.get(f"{BOOKING}/timeline/", headers=front_desk).json()

    assert body["items"][0]["by"] == {"kind": "staff", "id": "b6f8", "name": "Nora Clerk"}
    assert body["items"][0]["to_status"] == "DECLINED"
    assert body["items"][0]["changes"] == [{"field": "internal_notes", "from_value": None, "to_value": "VIP"}]


@pytest.mark.parametrize(
    ("path", "body", "command", "expected"),
    [
        ("decline", {"reason_code": "FULL", "reason_note": "n"}, DeclineBooking, {"reason_code": "FULL"}),
        ("decline", None, DeclineBooking, {"reason_code": "OTHER", "reason_note": ""}),
        ("confirm", None, ConfirmBooking, {}),
        ("cancel", {"reason": "r", "waive_fee": True}, CancelBooking, {"reason": "r", "waive_fee": True}),
        ("assign-room", {"room_number": "101"}, AssignRoom, {"room_number": "101", "notes": ""}),
        ("assign-room", {"locked": True}, AssignRoom, {"room_number": None, "locked": True}),
        ("unassign-room", None, UnassignRoom, {}),
        (
            "move-room",
            {"to_room_number": "204", "reason": "r"},
            MoveRoom,
            {"to_room_number": "204", "notes": ""},
        ),
        ("check-in", {"late_arrival": True}, CheckIn, {"late_arrival": True, "early_checkin": False}),
        ("mark-seen", None, MarkSeen, {}),
        ("refund/retry", None, RetryRefund, {}),
    ],
)
def test_every_action_answers_the_whole_booking(
    gateway: Gateway, manager: dict[str, str], *, path: str, body: Any, command: type[Any], expected: dict[str, Any]
) -> None:
    gateway.bus.answers(command, builders.booking(warnings=("ROOM_TYPE_MISMATCH",)))

    answer = gateway.post(f"{BOOKING}/{path}/", body, headers=manager)

    assert answer.status_code == 200
    assert answer.json().keys() >= DETAIL
    assert answer.json()["warnings"] == ["ROOM_TYPE_MISMATCH"]
    ask = gateway.bus.last(command)
    assert {name: getattr(ask, name) for name in expected} == expected
    assert (ask.hotel, ask.booking_id) == (builders.HOTEL, builders.BOOKING)


OWES = DepartureWarning(code="BALANCE_DUE", amount=Money(10900, "JPY"))
EARLY = DepartureWarning(code="LEAVES_EARLY", nights=(date(2026, 8, 15), date(2026, 8, 16)))
WARNED = [
    {"code": "BALANCE_DUE", "amount": "10900", "currency": "JPY"},
    {"code": "LEAVES_EARLY", "nights": ["2026-08-15", "2026-08-16"]},
]


def test_check_out_answers_as_older_clients_know_it(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gone = builders.booking(status=BookingStatus.COMPLETED, assigned_room_number="101", checked_out_at=builders.NOON)
    gateway.bus.answers(CheckOut, gone)

    assert gateway.post(f"{BOOKING}/check-out/", headers=front_desk).json() == {
        "message": "Booking checked out successfully",
        "booking": {
            "booking_id": builders.BOOKING,
            "status": "COMPLETED",
            "checked_out_at": "2026-07-01T12:00:00Z",
            "assigned_room": {"room_number": "101", "room_status": "CHECKOUT_DIRTY"},
        },
        "warnings": [],
    }
    assert gateway.bus.last(CheckOut).confirm is True


def test_a_check_out_answers_with_its_warnings(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(CheckOut, builders.booking(departure_warnings=(OWES, EARLY)))

    assert gateway.post(f"{BOOKING}/check-out/", headers=front_desk).json()["warnings"] == WARNED


def test_a_check_out_without_confirmation_answers_only_the_warnings(
    gateway: Gateway, front_desk: dict[str, str]
) -> None:
    gateway.bus.answers(CheckOut, builders.booking(departure_warnings=(OWES, EARLY)))

    answer = gateway.post(f"{BOOKING}/check-out/", {"confirm": False}, headers=front_desk)

    assert answer.json() == {"warnings": WARNED}
    assert gateway.bus.last(CheckOut).confirm is False


@pytest.mark.parametrize(
    ("path", "command", "body"),
    [("assign-room", AssignRoom, {"room_number": "101"}), ("move-room", MoveRoom, {"to_room_number": "101"})],
)
def test_an_override_and_its_reason_reach_bookings(
    gateway: Gateway, front_desk: dict[str, str], *, path: str, command: Any, body: dict[str, Any]
) -> None:
    gateway.bus.answers(command, Refusal("ROOM_TOO_SMALL", "Room 101 sleeps 2, and the party is 3."))

    too_small = gateway.post(f"{BOOKING}/{path}/", body, headers=front_desk)
    assert (too_small.status_code, code(too_small)) == (409, "ROOM_TOO_SMALL")
    assert gateway.bus.last(command).override is False

    gateway.bus.answers(command, builders.booking())
    gateway.post(f"{BOOKING}/{path}/", {**body, "override": True, "reason": "A cot fits in."}, headers=front_desk)
    assert (gateway.bus.last(command).override, gateway.bus.last(command).reason) == (True, "A cot fits in.")


@pytest.mark.parametrize(
    ("body", "reason", "waive_fee"),
    [(None, "", False), ({"reason": "telephoned", "waive_fee": True}, "telephoned", True)],
)
def test_a_no_show_passes_reason_and_waiver_to_bookings(
    gateway: Gateway, manager: dict[str, str], *, body: Any, reason: str, waive_fee: bool
) -> None:
    gateway.bus.answers(MarkNoShow, builders.booking(status=BookingStatus.NO_SHOW))

    answer = gateway.post(f"{BOOKING}/no-show/", body, headers=manager)

    assert (answer.status_code, answer.json()["status"]) == (200, "NO_SHOW")
    ask = gateway.bus.last(MarkNoShow)
    assert (ask.booking_id, ask.reason, ask.waive_fee) == (answer.json()["booking_id"], reason, waive_fee)


def test_a_no_show_too_early_is_a_conflict_and_for_the_front_desk_only(gateway: Gateway) -> None:
    gateway.bus.answers(MarkNoShow, Refusal("NO_SHOW_TOO_EARLY", "Wait."))
    desk, cleaner = (gateway.accounts.signed_in(builders.staff(role)) for role in (Role.FRONT_DESK, Role.HOUSEKEEPING))

    refused = gateway.post(f"{BOOKING}/no-show/", headers=desk)

    assert (refused.status_code, code(refused)) == (409, "NO_SHOW_TOO_EARLY")
    assert gateway.post(f"{BOOKING}/no-show/", headers=cleaner).status_code == 403
    assert gateway.post(f"{BOOKING}/no-show/", {"fee": 1}, headers=desk).status_code == 422


def test_a_refused_check_out_keeps_the_sources_words(gateway: Gateway, front_desk: dict[str, str]) -> None:
    words = "Booking must be checked in to check out"
    gateway.bus.answers(CheckOut, Refusal("NOT_CHECKED_IN", words))

    answer = gateway.post(f"{BOOKING}/check-out/", headers=front_desk)

    assert answer.status_code == 409
    assert answer.json()["error"] == {"code": "NOT_CHECKED_IN", "message": words}


def test_a_refusal_carries_its_conflicts(gateway: Gateway, front_desk: dict[str, str]) -> None:
    gateway.bus.answers(AssignRoom, Refusal("ROOM_OVERLAP_CONFLICT", "Taken.", conflicts=["BK-2026-AAAAAA"]))

    answer = gateway.post(f"{BOOKING}/assign-room/", {"room_number": "101"}, headers=front_desk)

    assert code(answer) == "ROOM_OVERLAP_CONFLICT"
    assert answer.json()["conflicts"] == ["BK-2026-AAAAAA"]


def test_candidates_keep_their_order(gateway: Gateway, front_desk: dict[str, str]) -> None:
    candidates = tuple(
        CandidateRoom(
            room_number=number, room_type="Standard Double", room_type_code="STD",
            room_status=RoomStatus.READY_FOR_GUEST, is_occupied=False, matches_type=True, fit=RoomFit.SAME_TYPE,
            max_occupancy=2,
        )
        for number in ("102", "101")
    )  # fmt: skip
    gateway.bus.answers(GetCandidateRooms, Candidates(rooms=candidates))

    body = gateway.get(f"{BOOKING}/available-rooms/", headers=front_desk).json()

    assert [room["room_number"] for room in body["available_rooms"]] == ["102", "101"]
    assert [room["fit"] for room in body["available_rooms"]] == ["same_type", "same_type"]
