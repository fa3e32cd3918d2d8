"""The relay reads a short outbox once, publishes at once what comes meanwhile, and publishes again after a crash."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from chassis.database.asynchronous import WatchedConnection, connect
from chassis.messaging import relay
from chassis.messaging.event_dispatcher import EventDispatcher
from chassis.messaging.lease import Lease
from chassis.messaging.relay import Relay, connect_publishing
from chassis.service import Service, on
from chassis.settings import ServiceSettings, with_driver
from chassis.transactions.tables import create_all
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.bookings.amendments import BookingAmended
from contracts.message import Envelope
from contracts.values import SYSTEM
from sandbox.stack.postgres import SETTINGS, PostgresNode
from tests.interface.chassis.conftest import Owner, until

# What does not wait for the disk reaches it late, so that a crash undoes it.
LATE = MappingProxyType(SETTINGS | {"wal_writer_delay": "10s", "autovacuum": "off"})


class Broker:
    """Confirms every event and keeps it; calls `meanwhile` while it publishes its first batch."""

    ready = True

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.events: list[Envelope] = []
        self._meanwhile = meanwhile

    async def publish(self, events: Sequence[Envelope], *, within: float) -> list[bool]:
        """Confirm the events."""
        first = not self.events
        self.events += events
        if first:
            await asyncio.to_thread(self._meanwhile)
        return [True] * len(events)


def relay_to(broker: Any, url: str) -> Relay:
    return Relay("bookings", url, broker)


def test_a_batch_that_is_not_full_is_the_last_one(owner: Owner) -> None:
    broker: Any = Broker()
    owner.publish("BK-1", "one", "two")

    async def more() -> bool:
        async with await connect_publishing(owner.url) as connection:
            lease = Lease(connection, "relay", "test")
            assert await lease.held()
            return await relay_to(broker, owner.url)._publish_batch(connection, lease)

    assert asyncio.run(more()) is False
    assert len(broker.events) == 2


def test_a_full_batch_is_followed_by_the_next(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "BATCH", 2)
    monkeypatch.setattr(relay, "POLL", 30.0)
    owner.publish("BK-1", *"abcde")

    assert published_in_time(owner, Broker(), 5)


def published_in_time(owner: Owner, broker: Any, count: int) -> bool:
    """Whether a relay publishes so many events within five seconds."""

    async def run() -> bool:
        one = relay_to(broker, owner.url)
        running = asyncio.create_task(one.run())
        deadline = time.monotonic() + 5
        while len(broker.events) < count and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        one.stop()
        await running
        return len(broker.events) == count

    return asyncio.run(run())


def test_an_event_that_is_committed_while_others_are_published_follows_at_once(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "POLL", 30.0)
    owner.publish("BK-1", "first")

    assert published_in_time(owner, Broker(lambda: owner.publish("BK-1", "meanwhile")), 2)


def test_without_notifications_it_would_wait_until_the_relay_looks_again(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "POLL", 30.0)
    with owner.engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER outbox_wakes_relay ON outbox"))
    owner.publish("BK-1", "first")

    assert not published_in_time(owner, Broker(lambda: owner.publish("BK-1", "meanwhile")), 2)


CUT_OFF = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'relay-listen'"


def test_a_relay_whose_notifications_are_cut_off_listens_anew(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "POLL", 30.0)
    owner.publish("BK-1", "first")

    def cut_off() -> None:
        with psycopg.connect(owner.url, autocommit=True) as connection:
            assert connection.execute(CUT_OFF).fetchone() == (1,)
        owner.publish("BK-1", "after")

    assert published_in_time(owner, Broker(cut_off), 2)


def events_around_a_crash(
    directory: Path, connecting: Callable[[str], Any]
) -> tuple[list[Envelope], list[Envelope], list[str]]:
    """The events that a relay publishes before and after a crash of its database, and their effects."""
    with PostgresNode(directory, settings=LATE) as node:
        url = node.create_database("crash").owner
        engine = sa.create_engine(with_driver(url, "psycopg2"), pool_pre_ping=True)
        with engine.begin() as connection:
            create_all(connection)
        unit_of_work = UnitOfWork(engine, Work)
        with unit_of_work.begin() as work:
            for note in ("one", "two"):
                work.publish(BookingAmended(booking_id="BK-1", hotel="h", fields=(note,), by=SYSTEM))
        before = asyncio.run(published(url, connecting))
        node.kill()
        until(lambda: not node.alive(), what="the crash")
        node.start()
        after = asyncio.run(published(url, connecting))
        dispatcher = EventDispatcher(NOTING, unit_of_work)
        for batch in (before, after):
            if batch:
                dispatcher.apply(batch)
        with engine.connect() as connection:
            effects = connection.execute(sa.text("SELECT data #>> '{fields,0}' FROM outbox WHERE subject = 'BK-2'"))
            noted = sorted(effects.scalars())
        engine.dispose()
        return before, after, noted


async def published(url: str, connecting: Callable[[str], Any]) -> list[Envelope]:
    """The events that a relay publishes and marks over such a connection, which is then cut off."""
    broker: Any = Broker()
    connection: WatchedConnection = await connecting(url)
    lease = Lease(connection, "relay", "test")
    assert await lease.held()
    await relay_to(broker, url)._publish_batch(connection, lease)
    await connection.close()
    return list(broker.events)


def note(event: BookingAmended, work: Work) -> None:
    """Store what the event says as an event of another booking."""
    work.publish(BookingAmended(booking_id="BK-2", hotel="h", fields=event.fields, by=SYSTEM))


NOTING = Service(
    name="rooms",
    settings=ServiceSettings,
    work=Work,
    dependencies=lambda _: None,
    events=[on(BookingAmended, note)],
)


@pytest.mark.long
def test_what_a_crash_of_the_database_unmarks_is_published_again_and_has_one_effect(tmp_path: Path) -> None:
    before, after, effects = events_around_a_crash(tmp_path, connect_publishing)

    assert len(before) == 2
    assert after == before
    assert effects == ["one", "two"]


@pytest.mark.long
def test_a_mark_that_waited_for_the_disk_would_outlive_the_crash(tmp_path: Path) -> None:
    before, after, effects = events_around_a_crash(tmp_path, lambda url: connect(url, "relay"))

    assert (len(before), after) == (2, [])
    assert effects == ["one", "two"]
