"""A URL that names several nodes: whoever connects tries the next one, at once after a loss.

The nodes are proxies to one broker, so that each can be away, lost or silent by itself.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from pika.channel import Channel
from pika.exceptions import AMQPConnectionError

from chassis import time_limits
from chassis.messaging.amqp import nodes
from chassis.messaging.amqp.asynchronous import AsyncioConnectionKeeper
from chassis.messaging.amqp.blocking import BlockingConnectionKeeper
from chassis.messaging.migrate import hashes
from hotelmate.dead_letter_queue import open_queue
from sandbox.chaos.tcp_proxy import TcpProxy, proxied
from sandbox.stack.rabbit import RabbitNode

AWAY = "127.0.0.1:1"
AT_ONCE = 2.0  # seconds


@pytest.fixture(autouse=True)
def in_the_order_of_the_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "_BEGINNING", 0.0)


@pytest.fixture
def proxies(rabbit: RabbitNode) -> Iterator[tuple[TcpProxy, TcpProxy]]:
    with proxied(rabbit.amqp_url) as one, proxied(rabbit.amqp_url) as two:
        yield one, two


def url_of(rabbit: RabbitNode, *hosts: str | TcpProxy) -> str:
    """The administrator's URL with these hosts instead of the broker's."""
    parts = urlsplit(rabbit.amqp_url)
    names = ",".join(host if isinstance(host, str) else f"127.0.0.1:{host.port}" for host in hosts)
    return f"amqp://{parts.username}:{parts.password}@{names}{parts.path}"


def goes_on(url: str, node: TcpProxy) -> float | None:
    """The seconds until a thread's connection is open again after its node is lost; None where it is not in time."""
    opened: list[float] = []
    keeper = BlockingConnectionKeeper(url, "test", on_open=lambda _: opened.append(time.monotonic()))
    keeper.start()
    assert keeper.opened.wait(10)
    began = time.monotonic()
    node.close()
    while len(opened) < 2 and time.monotonic() < began + AT_ONCE:
        time.sleep(0.01)
    keeper.stop()
    return opened[1] - began if len(opened) > 1 else None


def goes_on_asynchronously(url: str, node: TcpProxy) -> float | None:
    """The same of a connection on an event loop."""

    async def run() -> float | None:
        opened: list[float] = []

        async def on_open(_: Channel) -> None:
            opened.append(time.monotonic())

        keeper = AsyncioConnectionKeeper(url, "test", on_open=on_open, on_lost=lambda: None)
        keeper.start()
        await keeper.opened.wait()
        began = time.monotonic()
        node.close()
        while len(opened) < 2 and time.monotonic() < began + AT_ONCE:
            await asyncio.sleep(0.01)
        await keeper.close()
        return opened[1] - began if len(opened) > 1 else None

    return asyncio.run(run())


WAYS = pytest.mark.parametrize("way", [goes_on, goes_on_asynchronously])


@WAYS
def test_a_connection_whose_node_is_lost_goes_on_at_the_next_at_once(
    rabbit: RabbitNode, proxies: tuple[TcpProxy, TcpProxy], way: Callable[[str, TcpProxy], float | None]
) -> None:
    seconds = way(url_of(rabbit, *proxies), proxies[0])

    assert seconds is not None
    assert seconds < AT_ONCE


@WAYS
def test_a_connection_to_one_node_alone_does_not(
    rabbit: RabbitNode, proxies: tuple[TcpProxy, TcpProxy], way: Callable[[str, TcpProxy], float | None]
) -> None:
    assert way(url_of(rabbit, proxies[0]), proxies[0]) is None


def test_a_node_that_accepts_and_says_nothing_is_given_up_for_the_next(
    rabbit: RabbitNode, proxies: tuple[TcpProxy, TcpProxy]
) -> None:
    proxies[0].hold(new_ones=True)
    began = time.monotonic()
    keeper = BlockingConnectionKeeper(url_of(rabbit, *proxies), "test", on_open=lambda _: None)
    keeper.start()

    assert keeper.opened.wait(time_limits.BROKER_ANSWER)  # the time that a single node has
    assert time.monotonic() - began >= time_limits.BROKER_ANSWER_OF_ONE_OF_SEVERAL
    keeper.stop()


def test_commands_and_the_migration_try_the_next_node(rabbit: RabbitNode) -> None:
    here = urlsplit(rabbit.amqp_url).netloc.rpartition("@")[2]
    url = url_of(rabbit, AWAY, here, AWAY)

    assert hashes(url)
    with open_queue(url, "rooms") as queue:
        assert queue.letters() == []


def test_where_no_node_is_there_the_connection_fails(rabbit: RabbitNode) -> None:
    with pytest.raises(AMQPConnectionError):
        hashes(url_of(rabbit, AWAY, AWAY))
