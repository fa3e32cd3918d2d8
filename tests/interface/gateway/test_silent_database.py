"""The gateway's connections to a database that becomes silent."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chassis.refusal import Unavailable
from chassis.settings import with_driver
from gateway.identity import accounts, database
from gateway.identity.passwords import Passwords
from sandbox.chaos.tcp_proxy import TcpProxy, proxied

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def proxy(url: str) -> Iterator[TcpProxy]:
    with proxied(url) as made:
        yield made


async def seconds_until_answered(proxy: TcpProxy, silence: Callable[[], Any], *, within: float = 8) -> float:
    """The time that the accounts take to answer after the silence has begun on a connection that was used before."""
    staff = accounts.Accounts(with_driver(proxy.url, "psycopg"), passwords=Passwords())
    try:
        await staff.ping()
        silence()
        began = time.monotonic()
        async with asyncio.timeout(within):
            await staff.ping()
        return time.monotonic() - began
    finally:
        proxy.release()
        await staff.close()


def test_the_accounts_answer_over_another_connection_when_one_is_silent(proxy: TcpProxy) -> None:
    assert asyncio.run(seconds_until_answered(proxy, proxy.hold)) > 3


@pytest.mark.long
def test_the_accounts_wait_for_a_silent_connection_without_the_limit(
    proxy: TcpProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "STATEMENT_WITHIN", 600)

    with pytest.raises(TimeoutError):
        asyncio.run(seconds_until_answered(proxy, proxy.hold))


def test_the_accounts_are_unavailable_while_every_connection_is_silent(proxy: TcpProxy) -> None:
    def hold_everything() -> None:
        proxy.hold(new_ones=True)

    with pytest.raises(Unavailable):
        asyncio.run(seconds_until_answered(proxy, hold_everything, within=12))
