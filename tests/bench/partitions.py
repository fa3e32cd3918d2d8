"""Events of many subjects in the partitions of an inbox: applied by several processes of a service, beside one."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from chassis.messaging.migrate import migrate
from chassis.observability import logs
from contracts.bookings.amendments import BookingAmended
from contracts.values import SYSTEM
from sandbox.stack.commands import BROKER_USERS, COMMANDS
from sandbox.stack.postgres import PostgresNode
from sandbox.stack.rabbit import RabbitNode
from tests.bench.harness import Comparison, Measured
from tests.fakes.roles import use_passwords
from tests.interface.chassis.conftest import Owner, Toy, program, relay_of, until
from tests.interface.partitions.conftest import Processes

PARTITIONS = 4
SUBJECTS, EACH = 100, 4
EVENTS = SUBJECTS * EACH
WAIT, COMPUTE = "wait", "compute"  # what the toy does with an event: 20 ms of waiting, or some 5 ms of CPU time
ENVIRONMENT = {"HOTELMATE_MODE": "demo", "LOG_LEVEL": "ERROR"}


def partitions() -> Iterator[Comparison]:
    """The rows, on a broker and a database of their own."""
    logs.configure("bench", level="ERROR")
    with ExitStack() as things:
        directory = Path(things.enter_context(TemporaryDirectory(prefix="hotelmate-bench-")))
        definitions = ("env", "HOTELMATE_MODE=demo", *COMMANDS.definitions)
        rabbit = things.enter_context(
            RabbitNode(directory / "rabbit", definitions=definitions, users=BROKER_USERS),
        )
        postgres = things.enter_context(PostgresNode(directory / "postgres"))
        use_passwords(postgres.password)
        migrate(rabbit.amqp_url, partitions=PARTITIONS)
        owner = Owner(postgres.create_database("owner").owner)
        toy = Toy(postgres.create_database("toy").owner, rabbit, directory / "marker")
        toy.environment |= ENVIRONMENT
        relay, environment = relay_of(owner, rabbit)
        things.enter_context(program(relay, environment | ENVIRONMENT))
        inbox = PartitionedInbox(owner, toy, rabbit)
        things.callback(inbox.close)
        for what, note, several, goal in (
            ("handlers that wait 20 ms", WAIT, 2, 1.6),
            ("handlers that wait 20 ms", WAIT, 4, 1.6),
            ("handlers that compute", COMPUTE, 2, 1.0),
        ):
            yield Comparison(
                name=f"partitions: {what}, 4 on {several} processes",
                thing=partial(inbox.apply, several, note),
                yardstick=partial(inbox.apply, 1, note),
                against="all 4 on one process",
                goal=goal,
            )


class PartitionedInbox:
    """The inbox of the toy service, whose processes come and go between rounds."""

    def __init__(self, owner: Owner, toy: Toy, rabbit: RabbitNode) -> None:
        self._owner, self._toy = owner, toy
        self._processes = Processes(toy, rabbit)
        self._names: list[str] = []

    def apply(self, processes: int, note: str) -> Measured:
        """Publish the events to this number of processes, until all are applied: in order, each subject by one."""
        self._run(processes)
        with self._toy.engine.connect() as connection:
            connection.execute(sa.text("TRUNCATE effect"))
        with self._owner.unit_of_work.begin() as work:
            for number in range(EVENTS):
                subject = f"BK-{number % SUBJECTS}"
                work.publish(BookingAmended(booking_id=subject, hotel="h", fields=(note,), by=SYSTEM))
        began = time.perf_counter()
        until(lambda: self._count() >= EVENTS, within=120, what="the last event")
        seconds = time.perf_counter() - began
        self._check(processes)
        return Measured(EVENTS, seconds)

    def close(self) -> None:
        """End the processes."""
        self._processes.close()

    def _run(self, count: int) -> None:
        while len(self._names) > count:
            self._processes.stop(self._names.pop())
        while len(self._names) < count:
            name = f"process {len(self._names)}"
            self._processes.start(name, PARTITIONS)
            self._names.append(name)
        self._processes.settle(*[PARTITIONS // count] * count, within=30)
        everywhere = [1] * PARTITIONS
        until(lambda: self._processes.consumers(PARTITIONS) == everywhere, what="a consumer of each partition")

    def _count(self) -> int:
        with self._toy.engine.connect() as connection:
            return int(connection.execute(sa.text("SELECT count(*) FROM effect")).scalar_one())

    def _check(self, processes: int) -> None:
        by_subject = defaultdict(list)
        with self._toy.engine.connect() as connection:
            for row in connection.execute(sa.text("SELECT booking_id, sequence, pid FROM effect ORDER BY at")):
                by_subject[row.booking_id].append((row.sequence, row.pid))
        for subject, rows in by_subject.items():
            first = rows[0][0]
            assert [sequence for sequence, _ in rows] == [*range(first, first + EACH)], f"{subject}: {rows}"
            assert len({pid for _, pid in rows}) == 1, f"{subject} was applied by several processes: {rows}"
        assert len({pid for rows in by_subject.values() for _, pid in rows}) == processes, "a process applied nothing"
