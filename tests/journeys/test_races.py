"""Several people at once: exactly one of them wins, and money and rooms follow the winner."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from secrets import token_hex
from typing import TypeVar

from sandbox.demo.booking_steps import DemoBooking, new_guest
from sandbox.demo.context import DemoContext
from sandbox.demo.search_steps import search_availability, stay_params, units_left
from sandbox.gateway_response import GatewayResponse

T = TypeVar("T")


def at_once(*doings: Callable[[], T]) -> Sequence[T]:
    """Starts all calls at the same moment; returns their results."""
    start = threading.Barrier(len(doings))

    def run(doing: Callable[[], T]) -> T:
        start.wait()
        return doing()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(run, doings))


def test_of_approve_and_decline_at_once_one_wins_and_the_money_follows(
    demo: DemoContext, paid: Callable[[], DemoBooking]
) -> None:
    desk, manager = demo.staff(), demo.staff("manager")

    def decide(booked: DemoBooking) -> Sequence[GatewayResponse]:
        return at_once(
            lambda: desk.send("POST", f"{booked.staff_path}/approve/"),
            lambda: manager.send("POST", f"{booked.staff_path}/decline/"),
        )

    for _ in range(3):
        booked = paid()

        approved, declined = decide(booked)

        won = [answer for answer in (approved, declined) if answer.status in (200, 202)]
        lost = [answer for answer in (approved, declined) if answer.status == 409]
        assert (len(won), len(lost)) == (1, 1), (approved, declined)
        assert lost[0].code in ("DECISION_MADE", "BOOKING_ENDED")
        if won == [approved]:
            booked.wait_for_status("CONFIRMED")
            demo.stripe.expect_movements(booked.intent, ("authorise", booked.total), ("capture", booked.total))
        else:
            booked.wait_for_status("DECLINED")
            demo.stripe.expect_movements(booked.intent, ("authorise", booked.total), ("void", booked.total))


def test_two_approvals_at_once_take_the_money_once(demo: DemoContext, paid: Callable[[], DemoBooking]) -> None:
    booked = paid()
    desks = [demo.staff(), demo.staff("manager")]

    answers = at_once(*(lambda desk=desk: desk.send("POST", f"{booked.staff_path}/approve/") for desk in desks))

    assert {answer.status for answer in answers} <= {200, 202}
    booked.wait_for_status("CONFIRMED")
    demo.stripe.expect_movements(booked.intent, ("authorise", booked.total), ("capture", booked.total))


def test_the_last_room_goes_to_one_of_several_guests(one_room_hotel: DemoContext) -> None:
    tonight = one_room_hotel.today()
    stay = stay_params("ONE", check_in=tonight)
    assert units_left(one_room_hotel, "ONE", check_in=tonight, check_out=date.fromisoformat(stay["check_out"])) == 1

    def try_to_book() -> GatewayResponse:
        return one_room_hotel.visitor().send(
            "POST", f"{one_room_hotel.public_path}/room-bookings/", body={**stay, "guest": new_guest("Efe")}
        )

    answers = at_once(*[try_to_book] * 6)

    refusals = [answer.code for answer in answers if answer.status != 201]
    assert refusals == ["SOLD_OUT"] * 5
    assert units_left(one_room_hotel, "ONE", check_in=tonight, check_out=date.fromisoformat(stay["check_out"])) == 0


def test_one_key_makes_one_booking_however_often_it_is_sent_at_once(demo: DemoContext, today: date) -> None:
    room_type = search_availability(demo, check_in=today, nights=1)["room_type_code"]
    guest = new_guest("Gwen")
    body, headers = {**stay_params(room_type, check_in=today), "guest": guest}, {"Idempotency-Key": token_hex(16)}

    def send() -> GatewayResponse:
        return demo.visitor().send("POST", f"{demo.public_path}/room-bookings/", body=body, headers=headers)

    answers = at_once(*[send] * 5)

    made = {answer.body["booking_id"] for answer in answers if answer.status == 201}
    busy = {answer.code for answer in answers if answer.status != 201}
    assert len(made) == 1
    assert busy <= {"IDEMPOTENCY_IN_PROGRESS"}
    again = send()
    assert (again.body["booking_id"], again.headers["Idempotency-Replayed"]) == (made.pop(), "true")
    listed = demo.staff().send("GET", f"{demo.staff_path}/room-bookings/", params={"search": guest["email"]}).body
    assert listed["count"] == 1
