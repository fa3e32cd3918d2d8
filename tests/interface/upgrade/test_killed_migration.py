"""A migration of the broker is killed after a step and run again: every event is signed and applied once, in order."""

import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic

import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from chassis.messaging import topology
from chassis.messaging.keys import keys_of
from chassis.messaging.moves import move
from hotelmate.dead_letter_queue import open_queue
from sandbox.stack.commands import BROKER_USERS, COMMANDS
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Toy, until
from tests.interface.chassis.signing import MASTER, SIGNED
from tests.interface.upgrade.killed import (
    FORMER_INBOX,
    PARKED,
    SUBJECTS,
    administering,
    amended,
    fill,
    killed_migration,
)

HELD = {
    topology.partition("rooms", 0): topology.replay("rooms"),
    topology.dead_letters("rooms"): topology.dead("rooms"),
}
OTHERS = (topology.partition("payments", 0), topology.partition("notifier", 0))
REMOVED = f"basic_ack {FORMER_INBOX}"  # an event is removed from a former queue
REMOVALS = (f"queue_unbind {FORMER_INBOX}", REMOVED, f"queue_delete {FORMER_INBOX}")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[RabbitNode]:
    with RabbitNode(tmp_path, definitions=COMMANDS.definitions, users=BROKER_USERS) as node:
        yield node


@pytest.fixture
def toy(node: RabbitNode, new_database: Callable[[str], str], tmp_path: Path) -> Iterator[Toy]:
    """A service that verifies."""
    made = Toy(new_database("toy"), node, tmp_path / "marker")
    made.environment |= SIGNED
    made.asker_keys = keys_of("operator", [MASTER])
    yield made
    made.dispose()


def carry(node: RabbitNode, ways: dict[str, tuple[str, str]]) -> None:
    """Move the messages as they are, so that the next case begins with empty queues."""
    with pika.BlockingConnection(pika.URLParameters(node.amqp_url)) as connection:
        for queue, way in ways.items():
            waiting = connection.channel().queue_declare(queue, passive=True).method.message_count
            if waiting:
                move(connection, queue, lambda _, to=way: to, {}, until=monotonic() + 30, most=waiting)  # type: ignore[misc]


def run_cases(node: RabbitNode, steps: Sequence[int | str], change: Callable[[], None] = lambda: None) -> list[str]:
    """Fill, kill after the step, migrate again, for each step; returns the cases. All messages wait at the end."""
    with administering(node.amqp_url) as channel:
        for queue in HELD:
            channel.queue_declare(f"held.{queue}", durable=True)
        for after in steps:
            fill(node.amqp_url, f"case-{after}")
            killed_migration(node.amqp_url, after=after, change=change)
            killed_migration(node.amqp_url, after=0)
            carry(node, {queue: ("", f"held.{queue}") for queue in HELD})
            for queue in OTHERS:
                channel.queue_purge(queue)
    carry(node, {f"held.{queue}": (exchange, "") for queue, exchange in HELD.items()})
    return [f"case-{after}" for after in steps]


def expected(cases: list[str]) -> dict[str, list[int]]:
    return {f"{case}:{subject}": list(range(1, last + 1)) for case in cases for subject, last in SUBJECTS.items()}


def applied(toy: Toy) -> dict[str, list[int]]:
    """The sequences that the toy has applied, in the order in which it did, by subject."""
    sequences: dict[str, list[int]] = defaultdict(list)
    for subject, sequence, _ in toy.effects():
        sequences[subject].append(sequence)
    return dict(sequences)


def apply_all(node: RabbitNode, toy: Toy, cases: list[str]) -> None:
    """Run the toy, and replay what was parked, until everything is applied; the parked events were signed, too."""
    parked = {f"{case}:parked" for case in cases}
    with open_queue(node.url_of("operator"), "rooms") as queue:
        letters = queue.letters()
        assert {letter.envelope.subject for letter in letters if letter.envelope} == parked
        assert {letter.reason for letter in letters} == {PARKED}
        for letter in letters:
            queue.replay(letter)
    with toy.running():
        until(lambda: applied(toy).keys() == expected(cases).keys(), within=60, what="every subject")
        until(lambda: applied(toy) == expected(cases), within=60, what="every event once and in order")
    with open_queue(node.url_of("operator"), "rooms") as queue:
        assert queue.letters() == []


def steps_of_one(node: RabbitNode) -> list[str]:
    """The steps of a migration that nobody kills. The queues are empty afterwards."""
    fill(node.amqp_url, "dry")
    steps = killed_migration(node.amqp_url, after=0)
    with administering(node.amqp_url) as channel:
        for queue in reversed(topology.topology().queues):
            channel.queue_purge(queue.name)
    return steps


@pytest.mark.timeout(120)
@pytest.mark.long
def test_a_migration_that_is_killed_around_a_removal_loses_nothing(node: RabbitNode, toy: Toy) -> None:
    apply_all(node, toy, run_cases(node, REMOVALS))


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_migration_that_is_killed_after_any_step_loses_nothing(node: RabbitNode, toy: Toy) -> None:
    apply_all(node, toy, run_cases(node, list(range(1, len(steps_of_one(node)) + 1))))


def acknowledge_at_once() -> None:
    """A migration that removes messages before their copies are confirmed."""
    consume = functools.partialmethod(BlockingChannel.consume, auto_ack=True)
    setattr(BlockingChannel, "consume", consume)  # noqa: B010
    setattr(BlockingChannel, "basic_ack", lambda *_: None)  # noqa: B010


@pytest.mark.long
def test_a_killed_migration_that_removes_messages_too_early_loses_events(node: RabbitNode) -> None:
    run_cases(node, [REMOVED], acknowledge_at_once)

    with administering(node.amqp_url) as channel:
        rows = channel.consume(topology.partition("rooms", 0), inactivity_timeout=2)
        waiting = {body for _, _, body in itertools.takewhile(lambda row: row[0] is not None, rows)}
    assert amended(f"case-{REMOVED}:inbox", 2) not in waiting
    assert amended(f"case-{REMOVED}:removed-partition", 2) in waiting
