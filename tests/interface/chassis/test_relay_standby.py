"""The relay that stands by takes over at once when the elected relay stops."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa

from chassis.messaging import lease, relay
from chassis.messaging.publisher import Publisher
from chassis.messaging.relay import Relay
from tests.interface.chassis.conftest import Owner

SILENT_RELEASE = """
    UPDATE lease SET expires_at = clock_timestamp()
    WHERE name = %(name)s AND holder = %(holder)s AND %(channel)s <> '' RETURNING 1
"""


@pytest.fixture(autouse=True)
def rarely_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a relay that is not woken look for the lease once in half a minute."""
    monkeypatch.setattr(relay, "POLL", 30.0)


def _epoch(owner: Owner) -> int:
    """How often the lease has changed hands; 0 before it is first taken, or once it is free."""
    with owner.engine.connect() as connection:
        query = sa.text("SELECT epoch FROM lease WHERE name = 'relay' AND expires_at > clock_timestamp()")
        return int(connection.execute(query).scalar_one_or_none() or 0)


async def _epoch_becomes(owner: Owner, epoch: int, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while (actual := await asyncio.to_thread(_epoch, owner)) != epoch and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    return actual == epoch


async def _takes_over(owner: Owner, *, within: float) -> bool:
    """Whether the second relay has the lease in time, once the first relay stops."""
    idle = cast("Publisher", SimpleNamespace(ready=True, publish=None))
    first, second = Relay("bookings", owner.url, idle), Relay("bookings", owner.url, idle)
    running: list[asyncio.Task[Any]] = [asyncio.create_task(first.run())]
    try:
        assert await _epoch_becomes(owner, 1, within=10)
        running.append(asyncio.create_task(second.run()))
        await asyncio.sleep(1.0)
        first.stop()
        await running[0]
        return await _epoch_becomes(owner, 2, within=within)
    finally:
        second.stop()
        await asyncio.gather(*running)


def test_a_relay_that_stands_by_takes_over_as_soon_as_the_other_stops(owner: Owner) -> None:
    assert asyncio.run(_takes_over(owner, within=2.0))


def test_without_the_notification_it_takes_over_when_it_looks_again(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "_RELEASE", SILENT_RELEASE)

    assert not asyncio.run(_takes_over(owner, within=2.0))
