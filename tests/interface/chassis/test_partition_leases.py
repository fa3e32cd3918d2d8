"""The leases of partitions: since when each is held or free, and the row of a process that has gone."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from chassis.messaging.inbox_progress import InboxProgress, other_processes
from chassis.messaging.partition_leases import PartitionLeases
from tests.fakes.roles import granted_engine, running_engine

IDLE = InboxProgress()
BUSY = InboxProgress(unacknowledged=3, applying=2, partitions=4)
BOTH = InboxProgress(partitions=2, consumed=(0, 1))


class Leases:
    """Processes of one service whose settings say two partitions. `owner` may change what the processes may not."""

    def __init__(self, owner: sa.Engine) -> None:
        self.owner = owner
        self.engine = running_engine(owner.url)

    def process(self, name: str) -> PartitionLeases:
        return PartitionLeases(self.engine, name, 2)

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        with self.owner.begin() as connection:
            result = connection.execute(sa.text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []

    def pass_seconds(self, seconds: int) -> None:
        """Let time pass for all rows."""
        self.execute(f"UPDATE inbox_process SET expires_at = expires_at - interval '{seconds} seconds'")
        self.execute(f"UPDATE inbox_partition SET since = since - interval '{seconds} seconds'")

    def holders(self) -> list[tuple[object, ...]]:
        """The holder of each partition, and for how many seconds."""
        seconds = "round(extract(epoch FROM clock_timestamp() - since))::int"
        return self.execute(f"SELECT holder, {seconds} FROM inbox_partition ORDER BY number")

    def others(self, name: str) -> list[InboxProgress]:
        with self.engine.connect() as connection:
            return other_processes(connection, name)


@pytest.fixture
def leases(new_database: Callable[[str], str]) -> Iterator[Leases]:
    owner = granted_engine(new_database("leases"))
    yield Leases(owner)
    owner.dispose()


def test_a_partition_says_since_when_it_is_held_and_since_when_it_is_free(leases: Leases) -> None:
    first = leases.process("first")
    first.renew(IDLE)
    leases.pass_seconds(3)
    first.renew(IDLE)
    assert leases.holders() == [("first", 3), ("first", 3)]

    first.give_up([1])
    assert leases.holders() == [("first", 3), (None, 0)]

    leases.pass_seconds(1)
    first.leave()
    assert leases.holders() == [(None, 0), (None, 1)]


def test_an_ordinary_renewal_is_one_statement(leases: Leases) -> None:
    first = leases.process("first")
    first.renew(IDLE)
    statements = list[str]()

    def note(*event: object) -> None:
        statements.append(str(event[2]))

    sa.event.listen(leases.engine, "before_cursor_execute", note)
    first.renew(BUSY)
    sa.event.remove(leases.engine, "before_cursor_execute", note)

    assert len(statements) == 1
    assert leases.others("second")[0].unacknowledged == BUSY.unacknowledged


def test_the_row_of_an_expired_process_stays_until_others_consume_its_partitions(leases: Leases) -> None:
    leases.process("first").renew(BUSY)
    leases.pass_seconds(9)
    second = leases.process("second")

    second.renew(IDLE)
    assert leases.holders() == [("second", 0), ("second", 0)]
    [gone] = leases.others("second")
    assert (gone.unacknowledged, round(gone.silent), round(gone.applying)) == (3, 9, 11)

    second.renew(InboxProgress(partitions=2, consumed=(1,)))
    assert len(leases.others("second")) == 1

    second.renew(BOTH)
    assert leases.others("second") == []


def test_the_row_of_an_expired_process_stays_for_a_minute_at_most(leases: Leases) -> None:
    leases.process("first").renew(BUSY)
    leases.pass_seconds(65)

    leases.process("second").renew(IDLE)

    assert leases.others("second") == []


def test_an_expired_process_counts_for_no_share_and_comes_back_without_a_partition(leases: Leases) -> None:
    first, second = leases.process("first"), leases.process("second")
    first.renew(BUSY)
    leases.pass_seconds(9)
    second.renew(IDLE)
    leases.execute("UPDATE inbox_process SET progress = '{}'")

    distribution = first.renew(BUSY)

    assert (distribution.of("first"), distribution.share("first")) == ([], 1)
    second.give_up([1])
    assert first.renew(BUSY).of("first") == [1]


def test_a_row_without_progress_is_that_of_an_idle_process(leases: Leases) -> None:
    leases.process("first").renew(BUSY)
    leases.execute("UPDATE inbox_process SET progress = '{}'")

    [first] = leases.others("second")

    assert (first.unacknowledged, first.applying, list(first.problems())) == (0, 0, [])
