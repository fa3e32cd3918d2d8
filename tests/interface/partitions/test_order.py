"""The events of one subject are applied in order, by one process at a time."""

import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator

import pika
import pytest
import sqlalchemy as sa

from chassis.messaging import topology
from chassis.messaging.migrate import migrate
from sandbox.stack.rabbit import RabbitNode
from tests.interface.chassis.conftest import Toy, until
from tests.interface.partitions.conftest import Processes

pytestmark = pytest.mark.timeout(240)

SUBJECTS, EACH = 11, 25  # an odd number, as a queue serves its consumers in turn


def applied(toy: Toy) -> dict[str, list[tuple[int, int]]]:
    """The sequences and the processes that applied them, in the order of application, by subject."""
    by_subject = defaultdict(list)
    with toy.engine.connect() as connection:
        for row in connection.execute(sa.text("SELECT booking_id, sequence, pid FROM effect ORDER BY at")):
            by_subject[row.booking_id].append((row.sequence, row.pid))
    return by_subject


def processes_per_subject(toy: Toy) -> int:
    """The largest number of processes that applied events of the same subject."""
    return max(len({pid for _, pid in rows}) for rows in applied(toy).values())


def is_in_order(toy: Toy, each: int) -> bool:
    return all([sequence for sequence, _ in rows] == [*range(1, each + 1)] for rows in applied(toy).values())


@pytest.fixture
def plain_queue(rabbit: RabbitNode) -> Iterator[None]:
    """The one partition as a queue that several consumers may read at the same time."""
    queue, inbox = topology.partition("rooms", 0), topology.inbox("rooms")

    def make(channel: pika.adapters.blocking_connection.BlockingChannel) -> None:
        channel.queue_delete(queue)
        arguments = topology.quorum(delivery_limit=20, dead_letter_exchange=topology.dead("rooms"))
        channel.queue_declare(queue, durable=True, arguments=arguments)
        channel.queue_bind(queue, inbox, topology.ONE_SHARE)

    with pika.BlockingConnection(pika.URLParameters(rabbit.amqp_url)) as connection:
        make(connection.channel())
    yield
    with pika.BlockingConnection(pika.URLParameters(rabbit.amqp_url)) as connection:
        connection.channel().queue_delete(queue)
    migrate(rabbit.amqp_url, partitions=1)


@pytest.mark.usefixtures("four_partitions")
def test_each_subject_is_applied_in_order_by_one_process(
    processes: Processes, toy: Toy, publish: Callable[..., None], relay: subprocess.Popen[bytes]
) -> None:
    processes.start("first", 4)
    processes.start("second", 4)
    processes.settle(2, 2)

    publish(SUBJECTS, EACH)

    until(lambda: len(toy.effects()) == SUBJECTS * EACH, within=60, what="all events")
    assert is_in_order(toy, EACH)
    assert processes_per_subject(toy) == 1
    assert len({pid for rows in applied(toy).values() for _, pid in rows}) == 2


@pytest.mark.usefixtures("plain_queue")
@pytest.mark.long
def test_without_leases_and_a_single_active_consumer_two_processes_apply_one_subject(
    processes: Processes, toy: Toy, publish: Callable[..., None], relay: subprocess.Popen[bytes]
) -> None:
    toy.environment["TOY_WITHOUT_LEASES"] = "1"
    processes.start("first", 1)
    processes.start("second", 1)
    until(lambda: processes.consumers(1) == [2], what="two consumers of the one partition")

    publish(SUBJECTS, EACH)

    until(lambda: len(toy.effects()) > SUBJECTS, within=60, what="the first events")
    until(lambda: processes_per_subject(toy) == 2, what="a subject with two processes")


@pytest.mark.long
def test_one_to_four_to_two_partitions_under_load_lose_and_reorder_nothing(
    processes: Processes, toy: Toy, publish: Callable[..., None], relay: subprocess.Popen[bytes], rabbit: RabbitNode
) -> None:
    ended, published = threading.Event(), [0]

    def load() -> None:
        while not ended.is_set():
            publish(SUBJECTS, 1)
            published[0] += 1
            ended.wait(0.3)

    thread = threading.Thread(target=load)
    processes.start("first", 1)
    processes.start("second", 1)
    thread.start()
    try:
        for count, shares in ((4, (2, 2)), (2, (1, 1))):
            migrate(rabbit.amqp_url, partitions=count)
            for name in ("first", "second"):
                processes.stop(name)
                processes.start(name, count)
            processes.settle(*shares)
    finally:
        ended.set()
        thread.join()

    until(lambda: len(toy.effects()) == SUBJECTS * published[0], within=60, what="all events")
    assert is_in_order(toy, published[0])
    assert waiting(rabbit, topology.dead_letters("rooms")) == 0
    assert waiting(rabbit, topology.partition("rooms", 2)) is None
    migrate(rabbit.amqp_url, partitions=1)


def test_what_waits_in_a_removed_partition_is_moved_while_no_process_runs(
    processes: Processes, toy: Toy, publish: Callable[..., None], relay: subprocess.Popen[bytes], rabbit: RabbitNode
) -> None:
    migrate(rabbit.amqp_url, partitions=4)
    publish(SUBJECTS, 3, "x")
    until(lambda: sum(waiting(rabbit, queue) or 0 for queue in topology.partitions("rooms", 4)) == 3 * SUBJECTS)
    assert waiting(rabbit, topology.partition("rooms", 3))

    migrate(rabbit.amqp_url, partitions=1)

    assert waiting(rabbit, topology.partition("rooms", 0)) == 3 * SUBJECTS
    processes.start("first", 1)
    until(lambda: len(toy.effects()) == 3 * SUBJECTS, what="all events")
    assert is_in_order(toy, 3)


def waiting(rabbit: RabbitNode, queue: str) -> int | None:
    """The number of messages that wait in the queue; None where the queue does not exist."""
    with pika.BlockingConnection(pika.URLParameters(rabbit.amqp_url)) as connection:
        try:
            return int(connection.channel().queue_declare(queue, passive=True).method.message_count)
        except pika.exceptions.ChannelClosedByBroker:
            return None
