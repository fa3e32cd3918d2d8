"""The sockets and sessions of every kind of connection carry the limits that end a silent connection."""

import asyncio
import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from pika.channel import Channel
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import time_limits
from chassis.database.asynchronous import connect, engine_parameters
from chassis.hosting.runtime import ServiceRuntime
from chassis.messaging.amqp.asynchronous import AsyncioConnectionKeeper
from chassis.messaging.amqp.blocking import BlockingConnectionKeeper
from chassis.settings import with_driver
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Toy, until
from tests.interface.chassis.toy import TOY, ToySettings

LIMITS = {
    socket.TCP_KEEPIDLE: time_limits.KEEPALIVE_IDLE,
    socket.TCP_KEEPINTVL: time_limits.KEEPALIVE_INTERVAL,
    socket.TCP_KEEPCNT: time_limits.KEEPALIVE_COUNT,
    socket.TCP_USER_TIMEOUT: time_limits.UNACKNOWLEDGED_DATA * 1000,
}
SESSION = {
    "statement_timeout": "8s",
    "lock_timeout": "4s",
    "idle_in_transaction_session_timeout": "10s",
    "tcp_user_timeout": "8000",
    "tcp_keepalives_idle": "5",
}


def limits_of_sockets_to(url: str, before: set[str]) -> list[dict[int, int]]:
    """The TCP options of this process's sockets to the server at the URL, except the sockets in `before`."""
    options = []
    for name in sockets() - before:
        with socket.socket(fileno=os.dup(int(name))) as shared:
            if shared.getpeername()[1] == urlsplit(url).port:
                assert shared.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
                options.append({option: shared.getsockopt(socket.IPPROTO_TCP, option) for option in LIMITS})
    return options


def sockets() -> set[str]:
    """The numbers of this process's connected TCP sockets."""
    numbers = set()
    for path in Path("/proc/self/fd").iterdir():
        try:
            if path.readlink().name.startswith("socket:"):
                with socket.socket(fileno=os.dup(int(path.name))) as shared:
                    shared.getpeername()[1]
                    numbers.add(path.name)
        except (OSError, IndexError):
            continue
    return numbers


def test_the_engines_of_a_service_have_the_limits(toy: Toy) -> None:
    before = sockets()
    settings = ToySettings(database_url=toy.environment["TOY_DATABASE_URL"], amqp_url=toy.environment["AMQP_URL"])
    runtime = ServiceRuntime(TOY, settings)
    try:
        with runtime.unit_of_work.begin() as writing, runtime.unit_of_work.read() as reading:
            for work in (writing, reading):
                session = {name: work.connection.execute(sa.text(f"SHOW {name}")).scalar_one() for name in SESSION}
                assert session == SESSION
            assert limits_of_sockets_to(settings.database_url, before) == [LIMITS, LIMITS]
    finally:
        for engine in runtime._engines:
            engine.dispose()


def test_the_connections_of_the_relay_have_the_limits(toy: Toy) -> None:
    url, before = toy.environment["TOY_DATABASE_URL"], sockets()

    async def connected() -> list[dict[int, int]]:
        async with await connect(url, "relay"):
            return limits_of_sockets_to(url, before)

    assert asyncio.run(connected()) == [LIMITS]


def test_the_engine_of_the_gateway_has_the_limits(toy: Toy) -> None:
    url, before = toy.environment["TOY_DATABASE_URL"], sockets()

    async def connected() -> list[dict[int, int]]:
        limits = engine_parameters("gateway", statement=3)
        engine = create_async_engine(with_driver(url, "psycopg"), connect_args=limits)
        try:
            async with engine.connect():
                return limits_of_sockets_to(url, before)
        finally:
            await engine.dispose()

    assert asyncio.run(connected()) == [LIMITS]


def test_a_blocking_connection_to_the_broker_has_the_limits(clean_rabbit: RabbitNode) -> None:
    before = sockets()
    keeper = BlockingConnectionKeeper(clean_rabbit.amqp_url, "test", on_open=lambda _: None)
    keeper.start()
    until(keeper.opened.is_set)

    options = limits_of_sockets_to(clean_rabbit.amqp_url, before)
    keeper.stop()

    assert options == [LIMITS] * 2  # one connection; one descriptor receives, the other one sends


def test_an_asyncio_connection_to_the_broker_has_the_limits(clean_rabbit: RabbitNode) -> None:
    before = sockets()

    async def on_open(_: Channel) -> None:
        pass

    async def connected() -> list[dict[int, int]]:
        keeper = AsyncioConnectionKeeper(clean_rabbit.amqp_url, "test", on_open=on_open, on_lost=lambda: None)
        keeper.start()
        await keeper.opened.wait()
        try:
            return limits_of_sockets_to(clean_rabbit.amqp_url, before)
        finally:
            await keeper.close()

    assert asyncio.run(connected()) == [LIMITS]
