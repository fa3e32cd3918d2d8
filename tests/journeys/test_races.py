"""Several people at once: exactly one of them wins, and money and rooms follow the winner."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from secrets import token_hex
from typing import TypeVar

from sandbox.demo.booking_steps import Booked, somebody
from sandbox.demo.looking_steps import look_for_a_room, stay_of, units_left
from sandbox.demo.parties import Answer
from sandbox.demo.world import World

T = TypeVar("T")


def at_once(*doings: Callable[[], T]) -> Sequence[T]:
    """What each of them got; they start together."""
    start = threading.Barrier(len(doings))

    def run(doing: Callable[[], T]) -> T:
        start.wait()
        return doing()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(run, doings))


def test_of_approve_and_decline_at_once_one_wins_and_the_money_follows(
    world: World, paid: Callable[[], Booked]
) -> None:
    desk, manager = world.staff(), world.staff("manager")

    def decide(booked: Booked) -> Sequence[Answer]:
        return at_once(
            lambda: desk.send("POST", f"{booked.desk_path}/approve/"),
            lambda: manager.send("POST", f"{booked.desk_path}/decline/"),
        )

    for _ in range(3):
        booked = paid()

        approved, declined = decide(booked)

        won = [answer for answer in (approved, declined) if answer.status in (200, 202)]
        lost = [answer for answer in (approved, declined) if answer.status == 409]
        assert (len(won), len(lost)) == (1, 1), (approved, declined)
        assert lost[0].code in ("DECISION_MADE", "BOOKING_ENDED")
        if won == [approved]:
            booked.becomes("CONFIRMED")
            world.stripe.has_moved(booked.intent, ("authorise", booked.minor), ("capture", booked.minor))
        else:
            booked.becomes("DECLINED")
            world.stripe.has_moved(booked.intent, ("authorise", booked.minor), ("void", booked.minor))


def test_two_approvals_at_once_take_the_money_once(world: World, paid: Callable[[], Booked]) -> None:
    booked = paid()
    desks = [world.staff(), world.staff("manager")]

    answers = at_once(
        *(lambda desk=desk: desk.send("POST", f"{booked.desk_path}/approve/") for desk in desks)  # type: ignore[misc]
    )

    assert {answer.status for answer in answers} <= {200, 202}
    booked.becomes("CONFIRMED")
    world.stripe.has_moved(booked.intent, ("authorise", booked.minor), ("capture", booked.minor))


def test_the_last_room_goes_to_one_of_several_guests(inn: World) -> None:
    tonight = inn.today()
    stay = stay_of("ONE", check_in=tonight)
    assert units_left(inn, "ONE", check_in=tonight, check_out=date.fromisoformat(stay["check_out"])) == 1

    def try_to_book() -> Answer:
        return inn.visitor().send("POST", f"{inn.public}/room-bookings/", body={**stay, "guest": somebody("Efe")})

    answers = at_once(*[try_to_book] * 6)

    refusals = [answer.code for answer in answers if answer.status != 201]
    assert refusals == ["SOLD_OUT"] * 5
    assert units_left(inn, "ONE", check_in=tonight, check_out=date.fromisoformat(stay["check_out"])) == 0


def test_one_key_makes_one_booking_however_often_it_is_sent_at_once(world: World, today: date) -> None:
    room_type = look_for_a_room(world, check_in=today, nights=1)["room_type_code"]
    guest = somebody("Gwen")
    body, headers = {**stay_of(room_type, check_in=today), "guest": guest}, {"Idempotency-Key": token_hex(16)}

    def send() -> Answer:
        return world.visitor().send("POST", f"{world.public}/room-bookings/", body=body, headers=headers)

    answers = at_once(*[send] * 5)

    made = {answer.body["booking_id"] for answer in answers if answer.status == 201}
    busy = {answer.code for answer in answers if answer.status != 201}
    assert len(made) == 1
    assert busy <= {"IDEMPOTENCY_IN_PROGRESS"}
    again = send()
    assert (again.body["booking_id"], again.headers["Idempotency-Replayed"]) == (made.pop(), "true")
    listed = world.staff().send("GET", f"{world.desk}/room-bookings/", params={"search": guest["email"]}).body
    assert listed["count"] == 1
