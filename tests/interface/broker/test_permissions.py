"""With the credentials of one process nothing foreign can be read, said or made.

Each attack first succeeds with the permissions opened.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pika
import pytest

from chassis.messaging import topology
from chassis.messaging.ask_client import AskClient
from chassis.messaging.permissions import permissions
from chassis.refusal import Unavailable
from contracts.catalogue import OWNERS
from contracts.operations import Ping
from sandbox.stack.rabbit import RabbitNode
from tests.interface.broker.attacks import Attack, attacks
from tests.interface.chassis.conftest import purge

pytestmark = pytest.mark.timeout(180)


@contextmanager
def opened_permissions(node: RabbitNode) -> Iterator[None]:
    """Every user may do everything."""
    everything = (".*", ".*", ".*")
    set_permissions(node, dict.fromkeys(topology.USERS, everything))
    try:
        yield
    finally:
        rights = {user: permissions(user) for user in topology.USERS}
        set_permissions(node, {user: (each.configure, each.write, each.read) for user, each in rights.items()})


def set_permissions(node: RabbitNode, rights: dict[str, tuple[str, str, str]]) -> None:
    calls = ", ".join(
        "rabbit_auth_backend_internal:set_permissions({})".format(
            ", ".join(f"<<{_erlang(each)}>>" for each in (user, "/", *patterns, "test"))
        )
        for user, patterns in rights.items()
    )
    node.ctl("eval", f"{calls}.", timeout=120)


def _erlang(text: str) -> str:
    return '"' + text.replace("\\", "\\\\") + '"'


def outcomes(node: RabbitNode) -> dict[str, bool]:
    """Whether each attack succeeds."""
    results: dict[str, bool] = {}
    for user in topology.USERS:
        with pika.BlockingConnection(pika.URLParameters(node.url_of(user))) as connection:
            results |= {str(attack): attack.succeeds(connection) for attack in attacks(user)}
    return results


@pytest.fixture(scope="module")
def opened(node: RabbitNode) -> dict[str, bool]:
    """What the attacks come to where everything is allowed; afterwards the queues are empty again."""
    with opened_permissions(node):
        results = outcomes(node)
    purge(node)
    return results


def test_every_attack_succeeds_where_permissions_are_open(opened: dict[str, bool]) -> None:
    assert len(opened) > 700
    assert [attack for attack, succeeds in opened.items() if not succeeds] == []


def test_no_attack_succeeds_with_the_permissions_of_the_definitions(node: RabbitNode, opened: dict[str, bool]) -> None:
    closed = outcomes(node)

    assert closed.keys() == opened.keys()
    assert [attack for attack, succeeds in closed.items() if succeeds] == []


def test_no_user_of_a_process_is_an_administrator(node: RabbitNode) -> None:
    rows = [line.split("\t") for line in node.ctl("list_users").splitlines()[1:]]

    assert {row[0] for row in rows if row[1] != "[]"} == {"hotelmate"}
    assert {row[0] for row in rows} == {*topology.USERS, "hotelmate"}


def test_a_reply_queue_of_another_connection_is_not_read(node: RabbitNode) -> None:
    """Also with permissions opened: the queue is exclusive."""
    with (
        pika.BlockingConnection(pika.URLParameters(node.url_of("gateway"))) as victim,
        pika.BlockingConnection(pika.URLParameters(node.url_of("gateway"))) as other,
    ):
        queue = topology.reply_queue("gateway")
        victim.channel().queue_declare(queue, exclusive=True)

        with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="RESOURCE_LOCKED"):
            other.channel().basic_get(queue)


@pytest.mark.parametrize("user", [user for user in topology.USERS if user in ("gateway", "operator")])
def test_who_may_ask_every_service_reaches_each_exchange_of_asks(node: RabbitNode, user: str) -> None:
    client = AskClient(node.url_of(user), user).start(wait=5)
    try:
        for service in OWNERS:
            with pytest.raises(Unavailable, match="no process of the service runs"):
                client(Ping(), service=service, deadline=5)
    finally:
        client.stop()


def test_an_attack_that_fails_for_another_reason_is_an_error(node: RabbitNode) -> None:
    missing = Attack("rooms", "gets from nothing", lambda channel: channel.basic_get("no-such-queue"))
    with (
        pika.BlockingConnection(pika.URLParameters(node.amqp_url)) as connection,
        pytest.raises(pika.exceptions.ChannelClosedByBroker, match="NOT_FOUND"),
    ):
        missing.succeeds(connection)
