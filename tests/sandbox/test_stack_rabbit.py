"""A private RabbitMQ: two live side by side, and a crash loses no durable message."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pika
import pytest

from sandbox.stack import rabbit_programs
from sandbox.stack.commands import BROKER_USERS, COMMANDS
from sandbox.stack.external_rabbit import ExternalRabbit
from sandbox.stack.process_table import descendants
from sandbox.stack.rabbit import RabbitNode
from sandbox.stack.run_directory import temporary_run
from tests.sandbox.soon import soon
from tests.sandbox.usual_servers import has_queue

ODD_NAME = "my hotel's # project, 50% (宿 é)"
LISTENING = "0A"
DURABLE = pika.BasicProperties(delivery_mode=2)


@pytest.fixture(scope="module")
def nodes(rabbit: RabbitNode) -> Iterator[tuple[RabbitNode, RabbitNode]]:
    """A node of one's own, and the session's."""
    with temporary_run() as run:
        own = RabbitNode(run / "own", definitions=COMMANDS.definitions, users=BROKER_USERS)
        try:
            yield own.start(), rabbit
        finally:
            own.kill()
            own.close()


def test_two_nodes_do_not_clash(nodes: tuple[RabbitNode, RabbitNode]) -> None:
    one, two = nodes
    declare(one, "only-here")

    assert has_queue(one.amqp_url, "only-here")
    assert not has_queue(two.amqp_url, "only-here")


def test_a_node_listens_on_loopback_only(nodes: tuple[RabbitNode, RabbitNode]) -> None:
    node = nodes[0]
    assert node.pid

    assert listening(node.pid) == {f"127.0.0.1:{port}" for port in (node.port, node.distribution_port)}


def test_a_node_reads_no_configuration_but_its_own(nodes: tuple[RabbitNode, RabbitNode]) -> None:
    node = nodes[1]
    status = json.loads(node.ctl("status", "--formatter", "json"))

    assert {Path(each).relative_to(node.directory).name for each in status["config_files"]} == {
        "rabbitmq.conf",
        "advanced.config",
    }


def test_a_node_loads_its_definitions_whatever_its_directory_is_called() -> None:
    with temporary_run() as run:
        node = RabbitNode(run / ODD_NAME, definitions=COMMANDS.definitions, users=BROKER_USERS)
        try:
            assert has_queue(node.start().amqp_url, "bookings.inbox.0")
        finally:
            node.kill()
            node.close()


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


def listening(pid: int) -> set[str]:
    """The addresses on which a process and its descendants accept TCP connections, in both versions of IP."""
    sockets = {link for each in (pid, *descendants(pid)) for link in _links(Path(f"/proc/{each}/fd"))}
    rows = [row.split() for version in ("tcp", "tcp6") for row in Path(f"/proc/net/{version}").read_text().splitlines()]
    return {_address(row[1]) for row in rows if row[3] == LISTENING and f"socket:[{row[9]}]" in sockets}


def _links(descriptors: Path) -> list[str]:
    links = []
    for descriptor in descriptors.glob("*"):
        with suppress(OSError):  # closed meanwhile
            links.append(os.readlink(descriptor))
    return links


def _address(text: str) -> str:
    """The address as people write it; of version 6 its hexadecimal digits."""
    host, _, port = text.partition(":")
    if len(host) == 8:
        host = ".".join(str(byte) for byte in reversed(bytes.fromhex(host)))
    return f"{host}:{int(port, 16)}"
