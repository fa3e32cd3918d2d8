"""A broker connection, or a relay's connection, that becomes silent: everything is published and applied once.

Beside each test, the same silence lasts where the limit is off.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from sandbox.chaos.tcp_proxy import TcpProxy, proxied
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Owner, Toy, limited_relay, until

pytestmark = pytest.mark.timeout(120)

WHOLE_WITHIN = 20
STALLED_FOR = 13  # longer than a heartbeat of one second needs
UNCONFIRMED_FOR = 9  # longer than the test with `CONFIRMS` takes as a whole
QUICK = {"HEARTBEAT": 1, "CONFIRMS": 3}
UNLIMITED = {"HEARTBEAT": 0, "CONFIRMS": 600, "KEEPALIVE_IDLE": 600, "UNACKNOWLEDGED_DATA": 600}
QUICK_DATABASE = {"ANSWER": 2.25, "STATEMENT": 2, "LISTEN_CHECK": 1}


@pytest.fixture
def broker(clean_rabbit: RabbitNode) -> Iterator[TcpProxy]:
    with proxied(clean_rabbit.amqp_url) as proxy:
        yield proxy


@pytest.fixture
def database(owner: Owner) -> Iterator[TcpProxy]:
    with proxied(owner.url) as proxy:
        yield proxy


def notes(toy: Toy) -> list[str]:
    return [note for _, _, note in toy.effects()]


@contextmanager
def first_event_applied(owner: Owner, toy: Toy, **processes: Any) -> Iterator[None]:
    """The toy runs as `processes` says, and one event has passed through everything."""
    with toy.running(**processes):
        owner.publish("BK-1", "before")
        until(lambda: notes(toy) == ["before"], what="the first event")
        yield


@pytest.mark.parametrize(
    ("silence", "limits"),
    [("hold", QUICK), pytest.param("lose", {}, marks=pytest.mark.long)],
    ids=["held", "lost under the real limits"],
)
def test_a_service_receives_events_again_after_its_broker_has_become_silent(
    owner: Owner,
    toy: Toy,
    relay: subprocess.Popen[bytes],
    broker: TcpProxy,
    *,
    silence: str,
    limits: dict[str, float],
) -> None:
    with first_event_applied(owner, toy, broker=broker.url, limits=limits):
        getattr(broker, silence)()
        owner.publish("BK-1", "after")

        until(lambda: notes(toy) == ["before", "after"], within=WHOLE_WITHIN, what="the event after")


@pytest.mark.long
def test_a_service_receives_no_event_from_a_silent_broker_without_heartbeats(
    owner: Owner, toy: Toy, relay: subprocess.Popen[bytes], broker: TcpProxy
) -> None:
    with first_event_applied(owner, toy, broker=broker.url, limits=UNLIMITED):
        broker.hold()
        owner.publish("BK-1", "after")

        time.sleep(STALLED_FOR)
        assert notes(toy) == ["before"]


def test_a_relay_publishes_everything_once_after_its_broker_has_become_silent(
    owner: Owner, toy: Toy, broker: TcpProxy, clean_rabbit: RabbitNode
) -> None:
    with limited_relay(owner, broker=broker.url, limits=QUICK), first_event_applied(owner, toy):
        broker.hold()
        owner.publish("BK-1", *["after"] * 100)

        until(lambda: owner.unpublished() == 0, within=WHOLE_WITHIN, what="an empty outbox")
        until(lambda: len(toy.effects()) == 101, what="the effects")

        broker.release()  # what was held on the lost connection arrives now
        owner.publish("BK-1", "last")
        until(lambda: notes(toy)[-1] == "last", what="the last event")
    assert [sequence for _, sequence, _ in toy.effects()] == list(range(1, 103))


@pytest.mark.long
def test_a_relay_publishes_nothing_to_a_silent_broker_without_limits(
    owner: Owner, toy: Toy, broker: TcpProxy, clean_rabbit: RabbitNode
) -> None:
    with limited_relay(owner, broker=broker.url, limits=UNLIMITED) as process, first_event_applied(owner, toy):
        broker.hold()
        owner.publish("BK-1", "after")

        time.sleep(UNCONFIRMED_FOR)
        assert notes(toy) == ["before"]
        process.kill()


@pytest.mark.parametrize(
    ("answer", "recovers"),
    [(2.25, True), pytest.param(600, False, marks=pytest.mark.long)],
    ids=["limited", "unlimited"],
)
def test_a_relay_recovers_from_a_silent_database_by_its_limit(
    owner: Owner, toy: Toy, database: TcpProxy, clean_rabbit: RabbitNode, answer: float, *, recovers: bool
) -> None:
    limits = QUICK_DATABASE | {"ANSWER": answer}
    with (
        limited_relay(owner, database=database.url, broker=clean_rabbit.amqp_url, limits=limits) as process,
        first_event_applied(owner, toy),
    ):
        database.hold()
        owner.publish("BK-1", "after")

        deadline = time.monotonic() + 10
        while len(notes(toy)) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)

        assert notes(toy) == ["before", "after"][: 1 + recovers]
        process.kill()


@pytest.mark.parametrize(
    ("check", "recovers"), [(1, True), pytest.param(600, False, marks=pytest.mark.long)], ids=["checked", "unchecked"]
)
def test_a_relay_listens_again_after_its_listening_connection_has_become_silent(
    owner: Owner, toy: Toy, database: TcpProxy, clean_rabbit: RabbitNode, check: float, *, recovers: bool
) -> None:
    limits = QUICK_DATABASE | {"LISTEN_CHECK": check}
    with (
        limited_relay(owner, database=database.url, broker=clean_rabbit.amqp_url, limits=limits),
        first_event_applied(owner, toy),
    ):
        before = listening(owner)
        assert len(before) == 1
        database.connections[1].hold()

        deadline = time.monotonic() + 8
        while listening(owner) <= before and time.monotonic() < deadline:
            time.sleep(0.05)

        assert (not listening(owner) <= before) == recovers
        owner.publish("BK-1", "after")
        until(lambda: notes(toy) == ["before", "after"], what="the event after")


def listening(owner: Owner) -> set[int]:
    """The server processes of the connections that listen."""
    with owner.engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT pid FROM pg_stat_activity"
                " WHERE application_name = 'relay-listen' AND datname = current_database()"
            )
        )
        return {row.pid for row in rows}
