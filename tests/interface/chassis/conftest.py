"""The toy service, a relay and an owner's outbox, each as it runs for real."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType

import pika
import pytest
import sqlalchemy as sa

from chassis.messaging.ask_client import AskClient
from chassis.settings import with_driver
from chassis.transactions.unit_of_work import UnitOfWork
from chassis.transactions.work import Work
from contracts.bookings.amendments import BookingAmended
from contracts.operations import ReadMetrics
from contracts.values import SYSTEM
from sandbox.stack.orphans import register
from sandbox.stack.rabbit import RabbitNode
from tests.fakes.roles import granted_engine, relay_url, running_engine, running_url
from tests.interface.chassis.prepared import GREEN, PLAIN, prepared_process
from tests.interface.chassis.toy import EFFECT

NO_LIMITS: Mapping[str, float] = MappingProxyType({})  # but the real ones


def until(condition: Callable[[], bool], *, within: float = 60, what: str = "it") -> None:
    """Wait for a condition with a deadline."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {within} s")
        time.sleep(0.02)


class Owner:
    """The publishing side: a database with an outbox whose events are those of bookings. `url` is the relay's."""

    def __init__(self, url: str) -> None:
        self.url = plain(relay_url(sa.make_url(url)))
        self.engine = granted_engine(url)
        self.unit_of_work = UnitOfWork(running_engine(self.engine.url), Work)

    def publish(self, booking_id: str, *notes: str) -> None:
        with self.unit_of_work.begin() as work:
            for note in notes:
                work.publish(BookingAmended(booking_id=booking_id, hotel="h", fields=(note,), by=SYSTEM))

    def dispose(self) -> None:
        """Close the test's connections."""
        self.engine.dispose()
        self.unit_of_work.engine.dispose()

    def unpublished(self) -> int:
        with self.engine.connect() as connection:
            return int(
                connection.execute(sa.text("SELECT count(*) FROM outbox WHERE published_at IS NULL")).scalar_one()
            )


def plain(url: sa.URL) -> str:
    """The URL as a process has it in its environment."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


class Toy:
    """The listening side: what it noted, and its processes. `engine` is the owner's, the processes are not."""

    def __init__(self, url: str, rabbit: RabbitNode, marker: Path, *, user: str = "rooms") -> None:
        self.engine = granted_engine(url, {"effect": EFFECT}).execution_options(isolation_level="AUTOCOMMIT")
        self._asker_url = rabbit.url_of("operator") if user else rabbit.amqp_url
        self.asker_keys = ""
        running = plain(running_url(sa.make_url(url)))
        self._watching = sa.create_engine(with_driver(running, "psycopg2"), isolation_level="AUTOCOMMIT")
        self.environment = {
            **os.environ,
            "TOY_DATABASE_URL": running,
            "AMQP_URL": rabbit.url_of(user) if user else rabbit.amqp_url,
            "TOY_MARKER": str(marker),
            "LOG_FORMAT": "console",
        }

    @contextmanager
    def running(
        self, *, ready: bool = True, database: str = "", broker: str = "", limits: Mapping[str, float] = NO_LIMITS
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run the toy: on this database and broker if they are given, and under these time limits."""
        environment = {**self.environment, "TIME_LIMITS": json.dumps(dict(limits))}
        if database:
            environment["TOY_DATABASE_URL"] = database
        if broker:
            environment["AMQP_URL"] = broker
        with program(["tests.interface.chassis.with_limits", "tests.interface.chassis.toy"], environment) as process:
            if ready:
                asker = AskClient(self._asker_url, "operator", self.asker_keys).start(wait=5)
                until(lambda: asker_hears(asker), what="the toy answering")
                asker.stop()
            yield process

    def activity(self) -> list[str]:
        """The states of the connections with a sleeping statement."""
        return self._states("query LIKE 'SELECT pg_sleep%'")

    def blocked(self) -> int:
        """The number of sessions that wait for another session's lock."""
        return len(self._states("wait_event_type = 'Lock'"))

    def _states(self, condition: str) -> list[str]:
        """The states of these connections of the running role, which alone sees what they do."""
        statement = f"SELECT state FROM pg_stat_activity WHERE datname = current_database() AND {condition}"
        with self._watching.connect() as connection:
            return [row.state for row in connection.execute(sa.text(statement))]

    def dispose(self) -> None:
        """Close the test's connections."""
        self.engine.dispose()
        self._watching.dispose()

    def effects(self) -> list[tuple[str, int, str]]:
        with self.engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT booking_id, sequence, note FROM effect ORDER BY at"))
            return [(row.booking_id, row.sequence, row.note) for row in rows]


def asker_hears(asker: AskClient) -> bool:
    from chassis.refusal import Unavailable
    from contracts.operations import Ping

    try:
        return asker(Ping(), service="rooms", deadline=1).ready
    except Unavailable:
        return False


def until_two_answer(asker: AskClient, *, within: float = 30) -> None:
    """Wait until two processes of the toy answer."""
    instances = set[str]()

    def are_two() -> bool:
        instances.add(asker(ReadMetrics(), service="rooms").instance)
        return len(instances) == 2

    until(are_two, within=within, what="the second process")


@contextmanager
def program(module: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A Python module as a process of its own, ended with the block."""
    kind = PLAIN if "chassis.messaging.relay" in module else GREEN
    process = prepared_process(kind).fork(module, environment)
    register(process.pid)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def purge(rabbit: RabbitNode) -> RabbitNode:
    """The broker with empty queues, those in which messages wait for another try included."""
    from chassis.messaging import topology

    with pika.BlockingConnection(pika.URLParameters(rabbit.amqp_url)) as connection:
        channel = connection.channel()
        for queue in reversed(topology.topology().queues):  # what waits first, or it would come back to an empty inbox
            channel.queue_purge(queue.name)
    return rabbit


@pytest.fixture
def clean_rabbit(rabbit: RabbitNode) -> RabbitNode:
    """The broker with empty queues, whatever an earlier test has left there."""
    return purge(rabbit)


@pytest.fixture
def owner(new_database: Callable[[str], str]) -> Iterator[Owner]:
    """An outbox."""
    made = Owner(new_database("owner"))
    yield made
    made.dispose()


@pytest.fixture
def toy(new_database: Callable[[str], str], clean_rabbit: RabbitNode, tmp_path: Path) -> Iterator[Toy]:
    """A toy service, not running yet."""
    made = Toy(new_database("toy"), clean_rabbit, tmp_path / "marker")
    yield made
    made.dispose()


@pytest.fixture
def relay(owner: Owner, clean_rabbit: RabbitNode) -> Iterator[subprocess.Popen[bytes]]:
    """A relay on the owner's outbox."""
    with ExitStack() as stack:
        yield stack.enter_context(program(*relay_of(owner, clean_rabbit)))


@contextmanager
def limited_relay(
    owner: Owner, *, database: str = "", broker: str, limits: Mapping[str, float] = NO_LIMITS
) -> Iterator[subprocess.Popen[bytes]]:
    """A relay on the owner's outbox, over this database and broker, and under these time limits."""
    environment = {
        **os.environ,
        "BOOKINGS_RELAY_DATABASE_URL": database or owner.url,
        "AMQP_URL": broker,
        "LOG_FORMAT": "console",
        "TIME_LIMITS": json.dumps(dict(limits)),
    }
    with program(
        ["tests.interface.chassis.with_limits", "chassis.messaging.relay", "bookings"], environment
    ) as process:
        yield process


def relay_of(owner: Owner, rabbit: RabbitNode) -> tuple[list[str], dict[str, str]]:
    """The command and environment of a relay on that outbox."""
    environment = {
        **os.environ,
        "BOOKINGS_RELAY_DATABASE_URL": owner.url,
        "BOOKINGS_AMQP_URL": rabbit.url_of("bookings"),
        "LOG_FORMAT": "console",
    }
    return ["chassis.messaging.relay", "bookings"], environment
