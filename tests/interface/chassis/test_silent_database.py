"""A database connection that becomes silent: the service goes on over another one, and applies each event once.

The proxy acknowledges what it holds, as a frozen server does, or drops every packet, as a lost network does. The time
limits are a quarter of the real ones, except in the last test. Beside each test, the same silence lasts where the limit
is off.
"""

import subprocess
import time
from collections.abc import Iterator

import pytest

from chassis.messaging.ask_client import AskClient
from chassis.refusal import Unavailable
from contracts.operations import ReadMetrics
from contracts.rooms.rooms import GetRoomHistory
from sandbox.chaos.tcp_proxy import TcpProxy, proxied
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Owner, Toy, asker_hears, until

pytestmark = pytest.mark.timeout(120)

WHOLE_WITHIN = 10
STALLED_FOR = 8  # longer than the tests with limits take as a whole
QUICK = {"STATEMENT": 2, "ANSWER": 2.25, "LOCK": 1, "IDLE_IN_TRANSACTION": 2.5, "BATCH": 4, "CONNECT": 2}
WITHOUT_DEADLINES = {**QUICK, "ANSWER": 600, "BATCH": 600}
WITHOUT_TCP = {"KEEPALIVE_IDLE": 600, "UNACKNOWLEDGED_DATA": 600}
QUICK_TCP = {"KEEPALIVE_IDLE": 1, "KEEPALIVE_INTERVAL": 1, "KEEPALIVE_COUNT": 2, "UNACKNOWLEDGED_DATA": 2}


@pytest.fixture
def database(toy: Toy) -> Iterator[TcpProxy]:
    with proxied(toy.environment["TOY_DATABASE_URL"]) as proxy:
        yield proxy


@pytest.fixture
def asker(clean_rabbit: RabbitNode) -> Iterator[AskClient]:
    client = AskClient(clean_rabbit.url_of("operator"), "operator").start(wait=5)
    yield client
    client.stop()


def notes(toy: Toy) -> list[str]:
    return [note for _, _, note in toy.effects()]


def metric(asker: AskClient, name: str) -> float:
    reply = asker(ReadMetrics(), service="rooms")
    return next(each.value for each in reply.metrics if each.name == name)


def be_applying(owner: Owner, toy: Toy, note: str = "slow") -> None:
    """Publish an event whose handler takes a second, and return while the event is applied."""
    owner.publish("BK-1", note, "after")
    until(lambda: bool(toy.activity()), what="the statement of the handler")


@pytest.mark.parametrize("fault", ["hold", "reset"])
def test_a_batch_on_a_silent_or_reset_connection_is_applied_once_on_another(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], database: TcpProxy, fault: str
) -> None:
    with toy.running(database=database.url, limits=QUICK | WITHOUT_TCP) as process:
        be_applying(owner, toy)
        getattr(database, fault)()

        until(lambda: notes(toy) == ["slow", "after"], within=WHOLE_WITHIN, what="the events on another connection")

        assert process.poll() is None


def test_a_slow_connection_is_not_taken_for_a_silent_one(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], database: TcpProxy, asker: AskClient
) -> None:
    with toy.running(database=database.url, limits=QUICK | {"BATCH": 60, "IDLE_IN_TRANSACTION": 60}):
        be_applying(owner, toy)
        database.delay(0.3)

        until(lambda: notes(toy) == ["slow", "after"], within=WHOLE_WITHIN, what="the events over the slow connection")

        assert metric(asker, "database_silent_total") == 0


@pytest.mark.long
def test_a_batch_on_a_silent_connection_stalls_without_deadlines(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], database: TcpProxy
) -> None:
    with toy.running(database=database.url, limits=WITHOUT_DEADLINES | WITHOUT_TCP) as process:
        be_applying(owner, toy)
        database.hold()

        time.sleep(STALLED_FOR)
        assert notes(toy) == []
        process.kill()


def test_tcp_ends_a_connection_whose_packets_are_lost(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], database: TcpProxy
) -> None:
    with toy.running(database=database.url, limits=WITHOUT_DEADLINES | QUICK_TCP):
        be_applying(owner, toy)
        database.lose()

        until(lambda: notes(toy) == ["slow", "after"], within=WHOLE_WITHIN, what="the events")


@pytest.mark.long
def test_a_connection_whose_packets_are_lost_stalls_without_the_limits_of_tcp(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], database: TcpProxy
) -> None:
    with toy.running(database=database.url, limits=WITHOUT_DEADLINES | WITHOUT_TCP) as process:
        be_applying(owner, toy)
        database.lose()

        time.sleep(STALLED_FOR)
        assert notes(toy) == []
        process.kill()


def test_a_first_application_that_commits_late_and_the_second_one_have_one_effect(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], database: TcpProxy, asker: AskClient
) -> None:
    """The first COMMIT is held on its way, and arrives while the second application waits for the first one's rows."""
    patient = QUICK | {"IDLE_IN_TRANSACTION": 60, "LOCK": 30, "STATEMENT": 30, "BATCH": 30}
    with toy.running(database=database.url, limits=patient):
        owner.publish("BK-1", "slow")
        until(lambda: bool(toy.activity()), what="the statement of the handler")
        for connection in database.connections:
            connection.hold(to_process=False)
        until(lambda: toy.blocked() == 1, what="the second application waiting for the first")

        database.release()

        until(lambda: metric(asker, "events_repeated_total") == 1, what="the second application finding the first")
    assert notes(toy) == ["slow"]


def test_another_process_applies_the_events_of_one_whose_database_is_silent(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], database: TcpProxy
) -> None:
    with toy.running(database=database.url, limits=QUICK), toy.running():
        be_applying(owner, toy)
        database.hold(new_ones=True)

        until(lambda: notes(toy) == ["slow", "after"], within=WHOLE_WITHIN, what="the take-over")

        database.release()
        owner.publish("BK-1", "later")
        until(lambda: notes(toy) == ["slow", "after", "later"], what="the later event")


@pytest.mark.long
def test_no_other_process_applies_the_events_without_the_deadline_of_a_batch(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], database: TcpProxy
) -> None:
    with toy.running(database=database.url, limits=QUICK | {"BATCH": 600}) as process, toy.running():
        be_applying(owner, toy)
        database.hold(new_ones=True)

        time.sleep(WHOLE_WITHIN)
        assert notes(toy) == []
        process.kill()


@pytest.mark.parametrize(
    ("answer", "answered"),
    [(2.25, True), pytest.param(600, False, marks=pytest.mark.long)],
    ids=["limited", "unlimited"],
)
def test_asks_are_answered_again_after_all_their_connections_have_become_silent(
    toy: Toy, database: TcpProxy, asker: AskClient, answer: float, *, answered: bool
) -> None:
    limits = QUICK | {"ANSWER": answer, "ASK_WITHOUT_DEADLINE": 600, "AFTER_THE_ASKS_DEADLINE": 600}
    with toy.running(database=database.url, limits=limits | WITHOUT_TCP) as process:
        database.hold(new_ones=True)
        for _ in range(12):  # more than there are workers
            with pytest.raises(Unavailable):
                asker(GetRoomHistory(hotel="h", room_number="0"), deadline=0.1)
        database.pass_new_ones()

        began = time.monotonic()
        while not (answers := asker_hears(asker)) and time.monotonic() < began + WHOLE_WITHIN:
            time.sleep(0.1)

        assert answers == answered
        process.kill()


@pytest.mark.long
def test_a_silent_database_is_whole_again_within_twenty_seconds_under_the_real_limits(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], database: TcpProxy
) -> None:
    with toy.running(database=database.url):
        be_applying(owner, toy)
        database.hold()

        until(lambda: notes(toy) == ["slow", "after"], within=20, what="the events on another connection")
