"""A private RabbitMQ: two live side by side, and a crash loses no durable message."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pika
import pytest

from sandbox.stack import rabbit_programs
from sandbox.stack.commands import BROKER_USERS, COMMANDS
from sandbox.stack.external_rabbit import ExternalRabbit
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.run_directory import temporary_run
from tests.sandbox.soon import soon

DURABLE = pika.BasicProperties(delivery_mode=2)


@pytest.fixture(scope="module")
def nodes() -> Iterator[tuple[RabbitNode, RabbitNode]]:
    with temporary_run() as run, ThreadPoolExecutor() as both:
        pair = RabbitNode(run / "one"), RabbitNode(run / "two")
        try:
            list(both.map(RabbitNode.start, pair))
            yield pair
        finally:
            list(both.map(RabbitNode.close, pair))


def test_two_nodes_do_not_clash(nodes: tuple[RabbitNode, RabbitNode]) -> None:
    one, two = nodes
    declare(one, "only-here")

    assert one.ctl("list_queues", "name").split() == ["name", "only-here"]
    assert two.ctl("list_queues", "name").split() in ([], ["name"])


def test_a_node_listens_on_loopback_only(nodes: tuple[RabbitNode, RabbitNode]) -> None:
    listening = nodes[0].ctl("eval", "rabbit_networking:active_listeners().")

    assert "{127,0,0,1}" in listening
    assert "{0,0,0,0}" not in listening


def test_a_node_reads_no_configuration_but_its_own(nodes: tuple[RabbitNode, RabbitNode]) -> None:
    status = json.loads(nodes[0].ctl("status", "--formatter", "json"))

    assert {Path(each).relative_to(nodes[0].directory).name for each in status["config_files"]} == {
        "rabbitmq.conf",
        "advanced.config",
    }


def test_a_node_loads_its_definitions_whatever_its_directory_is_called() -> None:
    with temporary_run() as run:
        directory = run / "my hotel's # project, 50% (宿 é)"
        with RabbitNode(directory, definitions=COMMANDS.definitions, users=BROKER_USERS) as node:
            assert "bookings.inbox.0" in node.ctl("list_queues", "name").split()


def test_a_strangers_password_is_refused(nodes: tuple[RabbitNode, RabbitNode]) -> None:
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", nodes[0].port))


def test_a_durable_message_survives_a_kill(nodes: tuple[RabbitNode, RabbitNode]) -> None:
    node = nodes[0]
    declare(node, "kept", message=b"still here")
    soon(lambda: node.registered("kept"))

    node.kill()
    assert not node.alive()
    node.start()

    with pika.BlockingConnection(pika.URLParameters(node.amqp_url)) as connection:
        assert connection.channel().basic_get("kept", auto_ack=True)[2] == b"still here"


def test_a_given_broker_is_used_as_it_is(nodes: tuple[RabbitNode, RabbitNode]) -> None:
    with ExternalRabbit(nodes[1].amqp_url) as given:
        assert given.amqp_url == nodes[1].amqp_url

    assert nodes[1].alive()


def test_without_rabbitmq_the_error_names_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(rabbit_programs, "USUAL_PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(RuntimeError, match="apt-get install"):
        rabbit_programs.find_rabbit()


def declare(node: RabbitNode, queue: str, *, message: bytes | None = None) -> None:
    with pika.BlockingConnection(pika.URLParameters(node.amqp_url)) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        if message:
            channel.basic_publish("", queue, message, DURABLE)
