"""The front desk and its rooms: walk-ins, room plans, bulk check-ins and check-outs."""

from datetime import date

from contracts.bookings.bulk_check_in import BookingFailed, BookingsCheckedIn, CheckInBookings
from contracts.bookings.bulk_check_out import CheckOutRooms, RoomFailed, RoomsCheckedOut
from contracts.bookings.room_plan import AssignedStay, MovedStay, PlanRooms, RoomsPlanned
from contracts.bookings.views import CreatedBooking
from contracts.bookings.walk_ins import AddWalkIn
from contracts.rooms.room_plan import Obstacle, ObstacleKind, StayWithoutRoom
from gateway.identity.roles import Role
from tests.unit.gateway import builders
from tests.unit.gateway.fakes import Gateway, code
from tests.unit.gateway.test_guest import DETAIL

HOTEL = f"/api/staff/hotels/{builders.HOTEL}"
ADA = {"first_name": "Ada", "last_name": "Byrne", "email": "ada@example.com"}


def made(gateway: Gateway) -> None:
    reply = CreatedBooking(booking=builders.booking(), guest_token="the-guests-own")
    gateway.bus.answers(AddWalkIn, reply)


def test_a_walk_in_answers_the_whole_booking_and_no_token(gateway: Gateway, front_desk: dict[str, str]) -> None:
    made(gateway)

    answer = gateway.post(
        f"{HOTEL}/rooms/101/add-guest/", {"guest": ADA, "check_out": "2026-08-15"}, headers=front_desk
    )

    assert answer.status_code == 201
    assert answer.json().keys() >= DETAIL
    assert "the-guests-own" not in answer.text
    ask = gateway.bus.last(AddWalkIn)
    assert (ask.hotel, ask.room_number, ask.guest.first_name) == (builders.HOTEL, "101", "Ada")
    assert (ask.check_in, ask.check_out, ask.adults) == (None, date(2026, 8, 15), 1)


def test_older_clients_add_a_guest_with_flat_fields(gateway: Gateway, front_desk: dict[str, str]) -> None:
    made(gateway)
    flat = {f"guest_{name}": value for name, value in ADA.items()}

    answer = gateway.post(f"/rooms/{builders.HOTEL}/rooms/101/add-guest/", flat, headers=front_desk)

    assert answer.status_code == 201
    assert gateway.bus.last(AddWalkIn).guest.email == "ada@example.com"


def test_a_walk_in_may_leave_no_e_mail_address(gateway: Gateway, front_desk: dict[str, str]) -> None:
    made(gateway)
    path, name = f"{HOTEL}/rooms/101/add-guest/", {"first_name": "Ada", "last_name": "Byrne"}

    for guest in (name, {**name, "email": ""}):
        assert gateway.post(path, {"guest": guest}, headers=front_desk).status_code == 201
        assert gateway.bus.last(AddWalkIn).guest.email == ""
    wrong = gateway.post(path, {"guest": {**name, "email": "ada"}}, headers=front_desk)
    assert (wrong.status_code, code(wrong)) == (422, "VALIDATION_ERROR")


def test_a_walk_in_s_override_and_reason_reach_bookings(gateway: Gateway, front_desk: dict[str, str]) -> None:
    made(gateway)
    body = {"guest": ADA, "adults": 3, "override": True, "reason": "A cot fits in."}

    gateway.post(f"{HOTEL}/rooms/101/add-guest/", body, headers=front_desk)

    ask = gateway.bus.last(AddWalkIn)
    assert (ask.override, ask.reason) == (True, "A cot fits in.")


def test_a_walk_in_needs_the_permission_to_check_in_and_a_guest(gateway: Gateway, front_desk: dict[str, str]) -> None:
    made(gateway)
    cleaner = gateway.accounts.signed_in(builders.staff(Role.HOUSEKEEPING))

    refused = gateway.post(f"{HOTEL}/rooms/101/add-guest/", {"guest": ADA}, headers=cleaner)
    empty = gateway.post(f"{HOTEL}/rooms/101/add-guest/", {}, headers=front_desk)

    assert (refused.status_code, code(refused)) == (403, "PERMISSION_DENIED")
    assert (empty.status_code, code(empty)) == (422, "VALIDATION_ERROR")


def test_a_bulk_check_in_answers_each_booking(gateway: Gateway, front_desk: dict[str, str]) -> None:
    failed = BookingFailed(booking_id="BK-2", code="ROOM_NOT_READY")
    reply = BookingsCheckedIn(hotel=builders.HOTEL, processed=2, checked_in_bookings=("BK-1",), failed=(failed,))
    gateway.bus.answers(CheckInBookings, reply)
    body = {"booking_ids": ["BK-1", "BK-2"]}
    cleaner = gateway.accounts.signed_in(builders.staff(Role.HOUSEKEEPING))

    answer = gateway.post(f"{HOTEL}/rooms/check-in/", body, headers=front_desk)

    assert answer.json() == {
        "detail": f"Processed 2 booking(s) in hotel '{builders.HOTEL}'",
        "results": {
            "checked_in_bookings": ["BK-1"],
            "failed": [{"booking_id": "BK-2", "code": "ROOM_NOT_READY"}],
        },
    }
    assert gateway.bus.last(CheckInBookings).booking_ids == ("BK-1", "BK-2")
    assert gateway.post(f"{HOTEL}/rooms/check-in/", body, headers=cleaner).status_code == 403
    assert gateway.post(f"{HOTEL}/rooms/check-in/", {"booking_ids": []}, headers=front_desk).status_code == 422


def emptied(gateway: Gateway, **more: object) -> None:
    reply = RoomsCheckedOut(
        hotel=builders.HOTEL,
        processed=3,
        checked_out_bookings=("BK-1",),
        rooms_cleared=("103",),
        failed=(RoomFailed(room_number="7", code="ROOM_NOT_FOUND"),),
        destructive=False,
    )
    gateway.bus.answers(CheckOutRooms, reply)


def test_a_bulk_check_out_answers_as_older_clients_know_it(gateway: Gateway, front_desk: dict[str, str]) -> None:
    emptied(gateway)

    answer = gateway.post(
        f"/api/staff/hotel/{builders.HOTEL}/rooms/checkout/", {"room_ids": [1, "103", 7]}, headers=front_desk
    )

    assert answer.json() == {
        "detail": f"Processed 3 room(s) in hotel '{builders.HOTEL}'",
        "results": {
            "checked_out_bookings": ["BK-1"],
            "rooms_cleared": ["103"],
            "failed": [{"room_number": "7", "code": "ROOM_NOT_FOUND"}],
            "destructive_mode": False,
        },
    }
    ask = gateway.bus.last(CheckOutRooms)
    assert (ask.rooms, ask.destructive, ask.reason) == ((1, "103", 7), False, "")


def test_a_destructive_bulk_check_out_needs_a_superuser(gateway: Gateway, front_desk: dict[str, str]) -> None:
    emptied(gateway)
    body = {"room_ids": [1], "destructive": True}
    owner = gateway.accounts.signed_in(builders.staff(Role.MANAGER, is_superuser=True))

    refused = gateway.post(f"{HOTEL}/rooms/checkout/", body, headers=front_desk)
    done = gateway.post(f"{HOTEL}/rooms/checkout/", {**body, "reason": "fire"}, headers=owner)

    assert (refused.status_code, code(refused)) == (403, "PERMISSION_DENIED")
    assert done.status_code == 200
    assert gateway.bus.last(CheckOutRooms).reason == "fire"


def test_rooms_are_named_by_whole_numbers_or_texts(gateway: Gateway, front_desk: dict[str, str]) -> None:
    emptied(gateway)

    for wrong in ([], [True], [1.5], [None], ["no room"], list(range(1, 102)), "1"):
        answer = gateway.post(f"{HOTEL}/rooms/checkout/", {"room_ids": wrong}, headers=front_desk)
        assert (answer.status_code, code(answer)) == (422, "VALIDATION_ERROR"), wrong
        assert {error["field"] for error in answer.json()["errors"]} <= {"room_ids", "room_ids.0"}


def test_a_room_plan_names_its_nights_and_the_rooms_that_stays_leave_and_get(
    gateway: Gateway, front_desk: dict[str, str]
) -> None:
    cleaner = gateway.accounts.signed_in(builders.staff(Role.HOUSEKEEPING))
    obstacle = Obstacle(kind=ObstacleKind.BLOCK, id="7", room_number="101")
    without = StayWithoutRoom(booking_id="BK-3", nights=(date(2026, 8, 14),), blocked_by=(obstacle,))
    planned = RoomsPlanned(
        assigned=(AssignedStay(booking_id="BK-1", room_number="101"),),
        moved=(MovedStay(booking_id="BK-2", from_room="101", to_room="102"),),
        impossible=(without,),
        proven=False,
        moves_at_least=1,
    )
    gateway.bus.answers(PlanRooms, planned)
    body = {"from": "2026-08-14", "until": "2026-08-21", "booking_ids": ["BK-1", "BK-3"], "dry_run": True}

    answer = gateway.post(f"{HOTEL}/rooms/auto-assign/", body, headers=front_desk)

    assert answer.json() == {
        "assigned": [{"booking_id": "BK-1", "room_number": "101"}],
        "moved": [{"booking_id": "BK-2", "from": "101", "to": "102"}],
        "impossible": [
            {
                "booking_id": "BK-3",
                "nights": ["2026-08-14"],
                "blocked_by": [{"kind": "block", "id": "7", "room_number": "101"}],
            }
        ],
        "proven": False,
        "moves_at_least": 1,
    }
    assert gateway.bus.last(PlanRooms) == PlanRooms(
        hotel=builders.HOTEL,
        starts_on=date(2026, 8, 14),
        until=date(2026, 8, 21),
        booking_ids=("BK-1", "BK-3"),
        dry_run=True,
    )
    assert gateway.post(f"{HOTEL}/rooms/auto-assign/", body, headers=cleaner).status_code == 403
    whole = {"from": "2026-08-14", "until": "2026-08-21"}
    assert gateway.post(f"{HOTEL}/rooms/auto-assign/", whole, headers=front_desk).status_code == 200
    assert gateway.bus.last(PlanRooms).booking_ids is None
    for wrong in ({"from": "2026-08-14"}, {**whole, "booking_ids": []}, {**whole, "starts_on": "2026-08-14"}):
        assert gateway.post(f"{HOTEL}/rooms/auto-assign/", wrong, headers=front_desk).status_code == 422
