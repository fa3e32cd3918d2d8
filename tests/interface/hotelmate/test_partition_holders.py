"""Doctor says which process holds each partition of an inbox, and finds partitions that nobody applies."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.messaging.inbox_progress import InboxProgress
from chassis.messaging.partition_leases import PartitionLeases
from chassis.observability.examination import Examination
from chassis.observability.operator_queries import answer
from contracts.message import Query
from hotelmate.doctor_run import judge
from hotelmate.invariants.context import ExaminationContext
from hotelmate.invariants.partitions import partitions
from tests.fakes.roles import granted_engine, running_engine

BACKLOG = {"rooms.inbox.1": 17}
BOTH = InboxProgress(partitions=2, consumed=(0, 1))
STALLED = InboxProgress(unacknowledged=3, applying=11, partitions=2, consumed=(0, 1))


class Inbox:
    """The inbox of rooms, with two partitions, and its leases."""

    def __init__(self, owner: sa.Engine) -> None:
        self.owner = owner
        self.engine = running_engine(owner.url)

    def process(self, name: str, progress: InboxProgress) -> PartitionLeases:
        leases = PartitionLeases(self.engine, name, 2)
        leases.renew(progress)
        leases.renew(progress)
        return leases

    def age(self, seconds: float, table: str, column: str) -> None:
        with self.owner.begin() as connection:
            connection.execute(sa.text(f"UPDATE {table} SET {column} = {column} - interval '{seconds} seconds'"))

    def context(self, waiting: Mapping[str, int] | None) -> ExaminationContext:
        def ask(service: str, query: Query[Any]) -> Any:
            with self.engine.connect() as connection:
                return answer(service, Examination(), connection, query)

        return ExaminationContext(ask=ask, services=("rooms",), waiting=waiting)

    def faults(self, waiting: Mapping[str, int] | None) -> dict[str, str]:
        verdict = judge(self.context(waiting), "I19", pause=lambda _: None)
        assert (verdict.verdict == "broken") == bool(verdict.violations)
        return {violation.subject: violation.what for violation in verdict.violations}


@pytest.fixture
def inbox(new_database: Callable[[str], str]) -> Iterator[Inbox]:
    owner = granted_engine(new_database("inbox"))
    yield Inbox(owner)
    owner.dispose()


def test_doctor_names_the_holder_of_each_partition_and_since_when(inbox: Inbox) -> None:
    oldest = datetime.now(UTC) - timedelta(seconds=30)
    inbox.process("host-1", InboxProgress(unacknowledged=2, oldest=oldest, partitions=2, consumed=(0, 1)))
    inbox.age(60, "inbox_partition", "since")

    first, second = partitions(inbox.context(BACKLOG))

    assert [first.queue, second.queue] == ["rooms.inbox.0", "rooms.inbox.1"]
    assert [first.holder, second.holder] == ["host-1", "host-1"]
    assert [first.waiting, second.waiting] == [0, 17]
    assert 60 <= (datetime.now(UTC) - first.since).total_seconds() < 70
    assert first.oldest is not None
    assert 30 <= first.oldest < 40
    assert first.progress.unacknowledged == 2


@pytest.mark.parametrize("waiting", [BACKLOG, {}, None], ids=["with a backlog", "at rest", "without the broker"])
def test_partitions_whose_holder_makes_progress_are_sound(inbox: Inbox, waiting: Mapping[str, int] | None) -> None:
    inbox.process("host-1", BOTH)
    inbox.age(60, "inbox_partition", "since")

    assert inbox.faults(waiting) == {}


def test_a_partition_that_nobody_holds_for_longer_than_a_lease_is_found(inbox: Inbox) -> None:
    inbox.process("host-1", BOTH).give_up([1])
    inbox.age(3, "inbox_partition", "since")
    assert inbox.faults({}) == {}

    inbox.age(2, "inbox_partition", "since")

    assert inbox.faults({}) == {"rooms.inbox.1": "no process holds the partition"}


def test_the_partitions_of_a_process_that_has_gone_are_free(inbox: Inbox) -> None:
    inbox.process("host-1", BOTH)
    inbox.age(6, "inbox_process", "expires_at")
    assert inbox.faults({}) == {}

    inbox.age(4, "inbox_process", "expires_at")

    assert inbox.faults({}) == dict.fromkeys(("rooms.inbox.0", "rooms.inbox.1"), "no process holds the partition")


def test_a_partition_with_a_backlog_whose_holder_makes_no_progress_is_found(inbox: Inbox) -> None:
    inbox.process("host-1", STALLED)

    what = "events wait, and host-1 makes no progress"
    assert inbox.faults(BACKLOG) == {"rooms.inbox.0": what, "rooms.inbox.1": what}


def test_a_partition_with_a_backlog_that_its_holder_does_not_consume_is_found(inbox: Inbox) -> None:
    inbox.process("host-1", InboxProgress(partitions=2, consumed=(0,)))
    assert inbox.faults(BACKLOG) == {}  # it has just been taken
    inbox.age(5, "inbox_partition", "since")

    assert inbox.faults(BACKLOG) == {"rooms.inbox.1": "events wait, and host-1 does not consume the partition"}
    assert inbox.faults({}) == {}
