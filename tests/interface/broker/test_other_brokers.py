"""Brokers that are not the stack's own: with the management API, with AMQP alone, and without the plugin."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pika
import pytest
from pika.exceptions import ChannelClosedByBroker, ProbableAuthenticationError

from chassis.messaging import topology
from chassis.messaging.amqp.probe import exchange_exists
from chassis.messaging.ask_client import AskClient
from chassis.messaging.management import Management
from chassis.messaging.migrate import hashes, import_over_management, migrate
from chassis.observability import logs
from contracts.rooms.rooms import GetRoomHistory
from sandbox.stack import rabbit as rabbit_module
from sandbox.stack.external_rabbit import ExternalRabbit
from sandbox.stack.ports import Ports
from sandbox.stack.rabbit import RabbitNode
from tests.fakes.running_rabbit import running_rabbit
from tests.interface.chassis.conftest import Owner, Toy, program, relay_of, until, until_two_answer

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def managed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    """A broker with an administrator, the management API, and nothing else."""
    ports = Ports()
    directory, console = tmp_path_factory.mktemp("managed"), ports.choose("console")
    with running_rabbit(directory, definitions=(), users=(), console_port=console) as node:
        yield node
    ports.release()


def test_users_permissions_and_topology_are_made_through_the_management_api(
    managed: RabbitNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in topology.USERS:
        monkeypatch.setenv(f"{user.upper()}_AMQP_PASSWORD", f"the-secret-of-{user}")
    admin = urlsplit(managed.amqp_url)
    rooms = managed.amqp_url.replace(f"{admin.username}:{admin.password}", "rooms:the-secret-of-rooms")
    with pytest.raises(ProbableAuthenticationError):
        pika.BlockingConnection(pika.URLParameters(rooms))

    url = f"http://{admin.username}:{admin.password}@127.0.0.1:{managed.console_port}"
    import_over_management(url, managed.amqp_url, partitions=2)
    migrate(managed.amqp_url, partitions=2)

    with pika.BlockingConnection(pika.URLParameters(rooms)) as connection:
        assert connection.channel().basic_consume(topology.partition("rooms", 1), lambda *_: None)
        with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
            connection.channel().basic_consume(topology.partition("bookings", 0), lambda *_: None)


def test_the_management_api_is_found_at_the_next_node(managed: RabbitNode) -> None:
    credentials = urlsplit(managed.amqp_url).netloc.rpartition("@")[0]
    here, away = f"127.0.0.1:{managed.console_port}", "127.0.0.1:1"

    assert Management(f"http://{credentials}@{away},{here},{away}").hashes()
    with pytest.raises(OSError, match="refused"):
        Management(f"http://{credentials}@{away},{away}").hashes()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    """A broker without the plugin."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rabbit_module, "has_hash_exchange", lambda: False)
        with running_rabbit(tmp_path_factory.mktemp("plain"), definitions=(), users=()) as node:
            yield node


def test_a_broker_without_the_plugin_gets_topic_exchanges_and_one_partition(
    plain: RabbitNode, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not hashes(plain.amqp_url)

    migrate(plain.amqp_url, partitions=4)

    with pika.BlockingConnection(pika.URLParameters(plain.amqp_url)) as connection:
        assert not exchange_exists(connection, topology.HASHED)
        channel = connection.channel()
        channel.confirm_delivery()
        channel.basic_publish("bookings.events", "bookings.BookingHeld.v1", b"{}", mandatory=True)
        assert next(channel.consume(topology.partition("rooms", 0), inactivity_timeout=10))[2] == b"{}"
        with pytest.raises(ChannelClosedByBroker, match="NOT_FOUND"):
            channel.queue_declare(topology.partition("rooms", 1), passive=True)


def test_a_service_without_the_plugin_answers_asks_and_applies_events(
    plain: RabbitNode, new_database: Callable[[str], str], tmp_path: Path
) -> None:
    migrate(plain.amqp_url)
    owner, toy = Owner(new_database("owner")), Toy(new_database("toy"), plain, tmp_path / "marker", user="")
    client = AskClient(plain.amqp_url, "operator").start(wait=5)
    relay = relay_of(owner, plain)
    relay[1]["BOOKINGS_AMQP_URL"] = plain.amqp_url
    try:
        with toy.running() as first, toy.running(), program(*relay), ThreadPoolExecutor(20) as pool:
            owner.publish("BK-1", "one", "two")
            until(lambda: len(toy.effects()) == 2, what="the effects")
            until_two_answer(client)
            replies = [
                pool.submit(client, GetRoomHistory(hotel="h", room_number="0.2"), deadline=20) for _ in range(20)
            ]
            first.send_signal(signal.SIGTERM)
            assert [reply.result(25).room_number for reply in replies] == ["0.2"] * 20
    finally:
        client.stop()
        owner.dispose()
        toy.dispose()


@pytest.fixture
def empty(managed: RabbitNode) -> Iterator[ExternalRabbit]:
    """A virtual host without anything."""
    credentials = urlsplit(managed.amqp_url).netloc.rpartition("@")[0]
    management = f"http://{credentials}@127.0.0.1:{managed.console_port}"
    with ExternalRabbit(managed.amqp_url, management_url=management) as made:
        yield made


def test_a_process_waits_for_the_topology_with_one_clear_line(
    empty: ExternalRabbit, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("rooms")
    lines: list[str] = []
    client = AskClient(empty.amqp_url, "rooms").start()
    try:
        until(lambda: bool(lines.extend(_missing(capsys)) or lines), what="the line")
        assert not client._keeper.opened.wait(3)
        lines += _missing(capsys)
        migrate(empty.amqp_url)
        assert client._keeper.opened.wait(60)
    finally:
        client.stop()

    assert len(lines) == 1
    assert "rooms.replies" in lines[0]
    assert "python -m chassis.messaging.migrate" in lines[0]


def _missing(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines about a missing topology since the last call."""
    return [line for line in capsys.readouterr().out.splitlines() if "topology_missing" in line]
