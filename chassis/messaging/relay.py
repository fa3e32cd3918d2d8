"""The relay publishes outboxes to the broker; run it as `python -m chassis.messaging.relay bookings payments …`.

One elected relay per database publishes the unpublished rows, oldest first, with pipelined confirms and `mandatory`.
A row that the broker does not confirm stays unpublished. The relay wakes at each commit (LISTEN) and every second. A
relay that stands by wakes when the elected relay stops, and takes over.

A relay that dies before it has marked its batch, and a database that crashes before the mark has reached the disk, have
the batch published again: the inboxes ignore what they have applied. So the mark does not wait for the disk. The lease
is written over the same connection: after a crash of the database no relay is still connected, and the next one to take
the lease has another name or another epoch than any before.
"""

if __name__ == "__main__":
    from chassis.unused_packages import leave_out

    leave_out("rich")  # which structlog would load

import argparse
import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping
from typing import Any

import psycopg

from chassis import time_limits
from chassis.database.asynchronous import WatchedConnection, connect
from chassis.messaging.holder import holder_name
from chassis.messaging.lease import RELEASED, Lease
from chassis.messaging.outbox import publishable, read
from chassis.messaging.publisher import Publisher
from chassis.observability import logs
from chassis.settings import Settings, load

OUTBOX = "outbox"  # the channel of notifications that the table's trigger uses
BATCH = 500
POLL = 1.0
PAUSE = 0.5
LINGER = 0.005  # seconds in which more events come together while the relay is kept busy

_DONE = "UPDATE outbox SET published_at = clock_timestamp() WHERE position = ANY(%(positions)s)"
_WAIT = "UPDATE outbox SET next_try_at = now() + interval '1 second' WHERE position = ANY(%(positions)s)"

log = logs.logger(__name__)


class Relay:
    """The relay of one database."""

    def __init__(self, owner: str, database_url: str, publisher: Publisher) -> None:
        self.owner = owner
        self._url = database_url
        self._publisher = publisher
        self._holder = holder_name()
        self._stopping = asyncio.Event()
        self._events: tuple[asyncio.Event, ...] = ()  # for which the session waits

    def stop(self) -> None:
        """Have `run` finish the current batch, release the lease and return."""
        self._stopping.set()
        self._end_wait()

    def _end_wait(self, *_: Any) -> None:
        for event in self._events:
            event.set()

    async def run(self) -> None:
        """Publish until stopped; reconnects after outages of the database and the broker."""
        while not self._stopping.is_set():
            try:
                await self._session()
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as problem:
                log.warning("database_lost", database=self.owner, why=str(problem).splitlines()[0][:200])
                await _wait(self._stopping, PAUSE)

    async def _session(self) -> None:
        async with (
            await connect_publishing(self._url) as connection,
            await connect(self._url, "relay-listen") as listening,
        ):
            self._events = woken, released = asyncio.Event(), asyncio.Event()
            for channel in (OUTBOX, RELEASED):
                await listening.execute(f"LISTEN {channel}")
            lease = Lease(connection, "relay", self._holder)
            listener = asyncio.create_task(_listen(listening, {OUTBOX: woken, RELEASED: released}))
            listener.add_done_callback(self._end_wait)
            try:
                while not self._stopping.is_set() and not listener.done():
                    woken.clear()
                    released.clear()
                    if not await lease.held():
                        await _wait(released, POLL)
                        continue
                    if await self._publish_batch(connection, lease):
                        continue
                    if woken.is_set():
                        await _wait(self._stopping, LINGER)
                    else:
                        await _wait(woken, POLL)
                await lease.release()
                if listener.done():
                    listener.result()
            finally:
                listener.cancel()
                with contextlib.suppress(asyncio.CancelledError, psycopg.Error):
                    await listener

    async def _publish_batch(self, connection: psycopg.AsyncConnection[Any], lease: Lease) -> bool:
        """Publish one batch; returns True where more rows are ready than the batch could hold."""
        if not self._publisher.ready:
            await _wait(self._stopping, 0.1)
            return False
        unpublished = await read(connection, self.owner, BATCH)
        rows = publishable(unpublished)
        if not rows:
            return False
        confirms = await self._publisher.publish([row.event for row in rows], within=time_limits.CONFIRMS)
        confirmed = [row.position for row, ok in zip(rows, confirms, strict=True) if ok]
        refused = [row.position for row, ok in zip(rows, confirms, strict=True) if not ok]
        if confirmed and not await lease.fenced(_DONE, confirmed):
            log.warning("lease_lost", database=self.owner)
            return False
        if refused and self._publisher.ready:
            log.warning("events_refused", database=self.owner, count=len(refused))
            await lease.fenced(_WAIT, refused)
        return bool(confirmed) and len(unpublished) == BATCH


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, at most so long. Unlike `asyncio.wait`, this needs no task."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def connect_publishing(url: str) -> WatchedConnection:
    """A connection whose commits do not wait for the disk: what a crash undoes is done again."""
    connection = await connect(url, "relay")
    await connection.execute("SET synchronous_commit = off")
    return connection


async def _listen(connection: psycopg.AsyncConnection[Any], events: Mapping[str, asyncio.Event]) -> None:
    """Set a channel's event at each notification. Ends with `psycopg.OperationalError` where the database is silent."""
    while True:
        async for notification in connection.notifies(timeout=time_limits.LISTEN_CHECK):
            events[notification.channel].set()
        await connection.execute("SELECT 1")


async def run_relays(databases: dict[str, str], brokers: dict[str, str], keys: dict[str, str]) -> None:
    """Run the relays of these databases (owner → URL) until SIGTERM or SIGINT, each with its owner's URL and keys."""
    publishers = {owner: Publisher(url, owner, keys[owner]) for owner, url in brokers.items()}
    relays = [Relay(owner, url, publishers[owner]) for owner, url in databases.items()]
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for relay in relays:
            relay.stop()

    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop)
    for publisher in publishers.values():
        publisher.start()
    started = time.monotonic()
    log.info("started", databases=sorted(databases))
    await asyncio.gather(*(relay.run() for relay in relays))
    await asyncio.gather(*(publisher.close() for publisher in publishers.values()))
    log.info("stopped", ran_seconds=round(time.monotonic() - started))


def main() -> None:
    """Run the relays of the databases that the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m chassis.messaging.relay",
        description="Publish the outboxes of these services to the broker, each as the broker's user of that service. "
        "Reads <NAME>_RELAY_DATABASE_URL, <NAME>_RELAY_MESSAGE_KEYS and <NAME>_AMQP_URL, and AMQP_URL for a service "
        "without a URL of its own.",
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="bookings, payments, rooms, notifier")
    names = parser.parse_args().names
    databases = {name: f"{name.upper()}_RELAY_DATABASE_URL" for name in names}
    brokers = {name: f"{name.upper()}_AMQP_URL" for name in names if f"{name.upper()}_AMQP_URL" in os.environ}
    own_urls = {variable: os.environ[variable] for variable in brokers.values()}
    unused = {"amqp_url": next(iter(own_urls.values()))} if len(own_urls) == len(names) else {}
    keys = {name: f"{name.upper()}_RELAY_MESSAGE_KEYS" for name in names}
    settings = load(Settings, others=[*databases.values(), *own_urls, *keys.values()], **unused)
    logs.configure("relay", level=settings.log_level, fmt=settings.log_format)
    missing = [variable for variable in databases.values() if variable not in os.environ]
    if missing:
        raise SystemExit(f"not set: {', '.join(missing)}")
    asyncio.run(
        run_relays(
            {name: os.environ[variable] for name, variable in databases.items()},
            {name: own_urls.get(brokers.get(name, ""), settings.amqp_url) for name in names},
            {name: os.environ.get(variable, "") for name, variable in keys.items()},
        )
    )


if __name__ == "__main__":
    main()
