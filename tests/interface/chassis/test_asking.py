"""Asks over the broker: answered concurrently, refused with their code, failed at their deadline."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.messaging.ask_client import AskClient
from chassis.refusal import NoAnswer, Refusal, Unavailable
from contracts.rooms.assignments import TakeRoomBack
from contracts.rooms.holds import ReleaseInventory
from contracts.rooms.rooms import GetRoomHistory
from contracts.values import Context
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Toy, until, until_two_answer

pytestmark = pytest.mark.timeout(90)
ASKED, WORKERS = 40, 10
SLOW_START = 30  # seconds in which a restarted service answers, also on a busy machine


@pytest.fixture
def asker(clean_rabbit: RabbitNode) -> Iterator[AskClient]:
    made = AskClient(clean_rabbit.url_of("operator"), "operator").start(wait=5)
    yield made
    made.stop()


def test_ten_sleeping_queries_are_answered_side_by_side(toy: Toy, asker: AskClient) -> None:
    with toy.running(), ThreadPoolExecutor(10) as pool:
        began = time.monotonic()

        list(pool.map(lambda _: asker(GetRoomHistory(hotel="h", room_number="0.5")), range(10)))

        assert time.monotonic() - began < 2.5  # one after the other they would take five seconds


def test_a_refusal_arrives_with_its_code_and_details(toy: Toy, asker: AskClient) -> None:
    with toy.running(), pytest.raises(Refusal) as refused:
        asker(ReleaseInventory(booking_id="refuse"))

    assert (refused.value.code, refused.value.message) == ("NO", "Not this one.")
    assert toy.effects() == []


def test_an_answer_after_the_deadline_is_not_waited_for(toy: Toy, asker: AskClient) -> None:
    with toy.running(), pytest.raises(NoAnswer, match="did not answer"):
        asker(GetRoomHistory(hotel="h", room_number="1"), deadline=0.3)


def test_an_ask_to_a_service_without_a_process_fails_at_once(asker: AskClient) -> None:
    began = time.monotonic()

    with pytest.raises(Unavailable, match="no process of the service runs"):
        asker(GetRoomHistory(hotel="h", room_number="0"), deadline=30)

    assert time.monotonic() - began < 5


def test_a_key_that_is_used_twice_at_once_has_one_effect(toy: Toy, asker: AskClient) -> None:
    keyed = Context(idempotency_key="k" * 16, fingerprint="f")
    with toy.running(), ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: asker(ReleaseInventory(booking_id="BK-1"), keyed), range(4)))

        with pytest.raises(Refusal, match="another request"):
            asker(ReleaseInventory(booking_id="BK-1"), Context(idempotency_key="k" * 16, fingerprint="g"))

    assert toy.effects() == [("BK-1", 0, "ask")]


def test_an_ask_in_flight_is_answered_before_the_service_stops(toy: Toy, asker: AskClient) -> None:
    with toy.running() as process, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(asker, GetRoomHistory(hotel="h", room_number="1"))
        time.sleep(0.3)

        process.send_signal(signal.SIGTERM)

        assert answer.result(5).room_number == "1"
        assert process.wait(11) == 0


def test_asks_work_again_after_the_broker_was_away(toy: Toy, asker: AskClient, clean_rabbit: RabbitNode) -> None:
    with toy.running():
        clean_rabbit.kill()
        with pytest.raises(Unavailable):
            asker(GetRoomHistory(hotel="h", room_number="0"), deadline=1)
        clean_rabbit.start()

        def answered() -> bool:
            try:
                return asker(GetRoomHistory(hotel="h", room_number="0"), deadline=1).room_number == "0"
            except Unavailable:
                return False

        until(answered, within=10, what="an answer")


def test_a_command_that_may_have_been_carried_out_is_not_carried_out_again(toy: Toy, asker: AskClient) -> None:
    with toy.running() as first, ThreadPoolExecutor(1) as pool, toy.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN; LOCK TABLE effect IN SHARE MODE")
        answer = pool.submit(asker, ReleaseInventory(booking_id="BK-1"), deadline=SLOW_START / 2)
        until(lambda: toy.blocked() == 1, what="the command running")
        with toy.running():
            first.kill()
            first.wait()
            connection.exec_driver_sql("ROLLBACK")
            with pytest.raises(NoAnswer, match="did not answer"):
                answer.result(SLOW_START)

    assert toy.effects() == []


def test_a_stopping_process_hands_the_asks_that_it_has_not_begun_over(toy: Toy, asker: AskClient) -> None:
    replies = _asked_while_one_of_two_stops(toy, asker)

    assert [reply for reply in replies if not isinstance(reply, str)] == []
    assert len(replies) == ASKED


@pytest.mark.long
def test_without_the_handing_over_asks_are_lost(toy: Toy, asker: AskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(toy.environment, "TOY_HANDS_NOTHING_OVER", "1")

    replies = _asked_while_one_of_two_stops(toy, asker)

    assert [reply for reply in replies if isinstance(reply, Unavailable)] != []


def test_the_asker_of_the_last_process_is_told_at_once_that_it_stops(toy: Toy, asker: AskClient) -> None:
    with toy.running() as process, ThreadPoolExecutor(ASKED) as pool:
        replies = [pool.submit(_ask_slowly, asker, 30) for _ in range(ASKED)]
        until(lambda: toy.activity().count("active") == WORKERS, what="as many asks as workers")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        results = [reply.result(35) for reply in replies]

    problems = [str(result) for result in results if isinstance(result, Unavailable)]
    assert len(problems) == ASKED - WORKERS
    assert all("stops" in problem or "no process" in problem for problem in problems)
    assert time.monotonic() - began < 20


def _asked_while_one_of_two_stops(toy: Toy, asker: AskClient) -> list[object]:
    """The replies to many slow asks that two processes share, and of which one stops: a text, or the problem."""
    with toy.running() as stopping, toy.running(), ThreadPoolExecutor(ASKED) as pool:
        until_two_answer(asker, within=SLOW_START)
        replies = [pool.submit(_ask_slowly, asker, 30) for _ in range(ASKED)]
        until(lambda: toy.activity().count("active") > WORKERS, what="both processes at work")
        stopping.send_signal(signal.SIGTERM)
        return [reply.result(35) for reply in replies]


def _ask_slowly(asker: AskClient, deadline: float) -> object:
    try:
        return asker(GetRoomHistory(hotel="h", room_number="2"), deadline=deadline).room_number
    except Unavailable as problem:
        return problem


def test_the_key_of_a_killed_process_is_free_when_its_refusal_says_so(toy: Toy, asker: AskClient) -> None:
    command = TakeRoomBack(action_id="act-1", booking_id="BK-1", hotel="h")
    keyed = Context(idempotency_key="k" * 16, fingerprint="f")
    with toy.running() as first, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(asker, command, keyed)
        until(lambda: "active" in toy.activity(), what="the command running")
        first.kill()
        first.wait()
        with toy.running():
            with pytest.raises(Unavailable):  # the ask ended with its process
                answer.result(8)
            seconds = _blocked_for(asker, command, keyed)

            time.sleep(seconds)
            asker(command, keyed)

    assert seconds <= 5
    assert toy.effects() == [("BK-1", 0, "ask")]


def _blocked_for(asker: AskClient, command: TakeRoomBack, keyed: Context) -> float:
    """The `retry_after` of the refusal; zero where the command is answered."""
    try:
        asker(command, keyed)
    except Refusal as refusal:
        if refusal.code != "IDEMPOTENCY_IN_PROGRESS":
            raise
        return float(refusal.details["retry_after"])
    return 0.0
