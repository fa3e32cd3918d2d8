"""A connection to the broker that many threads use: who sends, who receives, and how the connection ends.

`tests/interface/chassis/test_green_connection.py` runs these tests in green threads.
"""

import socket
import threading
import time

import pika
import pytest
from pika import frame, spec
from pika.exceptions import (
    AMQPHeartbeatTimeout,
    ConnectionBlockedTimeout,
    ConnectionClosedByBroker,
    ProbableAuthenticationError,
    StreamLostError,
)

from chassis.messaging.amqp.channel import BrokerChannel
from chassis.messaging.amqp.connection import BrokerConnection
from tests.unit.chassis.scripted_broker import CONNECTION, LARGE, TAG, ScriptedBroker, problem_of, until

AT_ONCE = 1.0  # seconds, also on a busy machine


class RecordingSocket:
    """Records what is sent in each call."""

    def __init__(self, connection: BrokerConnection) -> None:
        self._socket = connection._stream._sending
        self.sent: list[bytes] = []
        connection._stream._sending = self  # type: ignore[assignment]

    def send(self, data: bytes) -> int:
        self.sent.append(bytes(data))
        return self._socket.send(data)

    def close(self) -> None:
        self._socket.close()


def test_a_reply_and_its_acknowledgement_leave_in_one_call(
    broker: ScriptedBroker, connection: BrokerConnection, channel: BrokerChannel
) -> None:
    wire = RecordingSocket(connection)

    with connection:
        channel.basic_publish("replies", "asker", b"reply")
        channel.basic_ack(1)

    until(lambda: len(broker.methods(spec.Basic.Ack)) == 1)
    assert broker.bodies() == [b"reply"]
    assert len(wire.sent) == 1


def test_without_the_section_each_leaves_by_itself(
    broker: ScriptedBroker, connection: BrokerConnection, channel: BrokerChannel
) -> None:
    wire = RecordingSocket(connection)

    channel.basic_publish("replies", "asker", b"reply")
    channel.basic_ack(1)

    until(lambda: len(broker.methods(spec.Basic.Ack)) == 1)
    assert len(wire.sent) == 2


def test_a_peer_that_stops_reading_keeps_nobody_from_publishing_and_receiving(
    broker: ScriptedBroker, connection: BrokerConnection, channel: BrokerChannel
) -> None:
    deliveries: list[bytes] = []
    channel.basic_consume("queue", lambda *message: deliveries.append(message[3]), consumer_tag=TAG)
    broker.reads.clear()
    began = time.monotonic()

    for number in range(200):
        channel.basic_publish("", "key", b"%d " % number + LARGE)
    broker.deliver()
    until(lambda: deliveries == [b"message"])
    assert time.monotonic() - began < AT_ONCE
    assert len(broker.bodies()) < 200  # the test would otherwise prove nothing

    broker.reads.set()
    until(lambda: len(broker.bodies()) == 200)
    assert broker.bodies() == [b"%d " % number + LARGE for number in range(200)]


def test_a_connection_whose_peer_does_not_read_closes_within_its_limit(
    broker: ScriptedBroker, connection: BrokerConnection, channel: BrokerChannel
) -> None:
    broker.reads.clear()
    for _ in range(200):
        channel.basic_publish("", "key", LARGE)
    began = time.monotonic()

    connection.close()

    assert time.monotonic() - began < 6
    assert not connection.is_open


def test_messages_of_many_threads_arrive_whole_and_in_the_order_of_each(
    broker: ScriptedBroker, channel: BrokerChannel
) -> None:
    def publish(thread: int) -> None:
        for number in range(50):
            channel.basic_publish("", "key", b"%d %d " % (thread, number) + LARGE[: 1 + 997 * thread])
            time.sleep(0)

    threads = [threading.Thread(target=publish, args=(thread,)) for thread in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    until(lambda: len(broker.bodies()) == 400)
    for thread in range(8):
        mine = [body for body in broker.bodies() if body.startswith(b"%d " % thread)]
        assert mine == [b"%d %d " % (thread, number) + LARGE[: 1 + 997 * thread] for number in range(50)]


def test_an_interrupted_section_sends_nothing_and_ends_the_connection(
    broker: ScriptedBroker, connection: BrokerConnection, channel: BrokerChannel
) -> None:
    def publish_and_be_interrupted() -> None:
        with connection:
            channel.basic_publish("", "key", b"half of a pair")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish_and_be_interrupted()

    assert isinstance(problem_of(connection), StreamLostError)
    assert broker.bodies() == []


def test_heartbeats_go_on_while_messages_come_without_a_pause(
    broker: ScriptedBroker, node: pika.connection.Parameters
) -> None:
    node.heartbeat = 1
    connection = BrokerConnection(node)
    connection.channel().basic_consume("queue", lambda *_: time.sleep(0.005), consumer_tag=TAG)
    is_enough = threading.Event()

    def flood() -> None:
        while not is_enough.is_set():
            broker.deliver(body=LARGE)

    flooding = threading.Thread(target=flood)
    flooding.start()

    until(lambda: sum(isinstance(each, frame.Heartbeat) for each in list(broker.frames)) >= 2)

    is_enough.set()
    flooding.join()
    connection.close()


def test_a_silent_broker_is_given_up(node: pika.connection.Parameters, monkeypatch: pytest.MonkeyPatch) -> None:
    node.heartbeat = 1
    connection = BrokerConnection(node)
    with connection:
        checker = connection._adapter._heartbeat_checker
        checker._check_interval = 0.2
        checker._connection._adapter_remove_timeout(checker._check_timer)
        checker._start_check_timer()

    assert isinstance(problem_of(connection), AMQPHeartbeatTimeout)
    connection.close()


def test_a_blocked_connection_is_given_up_after_its_limit(
    broker: ScriptedBroker, node: pika.connection.Parameters
) -> None:
    node.blocked_connection_timeout = 0.2
    connection = BrokerConnection(node)

    broker.say(spec.Connection.Blocked("disk"), channel=CONNECTION)

    assert isinstance(problem_of(connection), ConnectionBlockedTimeout)
    connection.close()


def test_a_blocked_connection_that_is_unblocked_in_time_stays(
    broker: ScriptedBroker, node: pika.connection.Parameters
) -> None:
    node.blocked_connection_timeout = 0.2
    connection = BrokerConnection(node)
    broker.say(spec.Connection.Blocked("disk"), channel=CONNECTION)

    broker.say(spec.Connection.Unblocked(), channel=CONNECTION)

    time.sleep(0.4)
    assert connection.is_open
    connection.close()


def test_a_broker_that_accepts_and_says_nothing_is_given_up_at_the_limit(node: pika.connection.Parameters) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    node.port, node.stack_timeout = listener.getsockname()[1], 0.2

    with pytest.raises(TimeoutError):
        BrokerConnection(node)
    listener.close()


def test_a_refused_user_is_told_apart(broker: ScriptedBroker, node: pika.connection.Parameters) -> None:
    broker.answers[spec.Connection.StartOk] = lambda _: spec.Connection.Close(403, "ACCESS_REFUSED", 0, 0)

    with pytest.raises(ProbableAuthenticationError):
        BrokerConnection(node)


def test_a_connection_that_the_broker_closes_ends_with_its_reason(
    broker: ScriptedBroker, connection: BrokerConnection
) -> None:
    broker.say(spec.Connection.Close(320, "CONNECTION_FORCED", 0, 0), channel=CONNECTION)

    assert isinstance(problem_of(connection), ConnectionClosedByBroker)


def test_the_receiving_thread_and_a_section_never_wait_for_the_broker(
    broker: ScriptedBroker, connection: BrokerConnection, channel: BrokerChannel
) -> None:
    with pytest.raises(RuntimeError, match="cannot wait"), connection:
        channel.queue_declare("queue")
    channel.basic_consume("queue", lambda *_: channel.queue_declare("queue"), consumer_tag=TAG)

    broker.deliver()

    assert isinstance(problem_of(connection), RuntimeError)


def test_a_callback_that_waits_keeps_nobody_from_publishing(
    broker: ScriptedBroker, connection: BrokerConnection, channel: BrokerChannel
) -> None:
    """A callback that waits for a free worker lets the workers reply."""
    is_free, replies = threading.Event(), []
    channel.basic_consume("queue", lambda *_: replies.append(is_free.wait(5)), consumer_tag=TAG)
    broker.deliver()

    channel.basic_publish("replies", "asker", b"reply")
    until(lambda: broker.bodies() == [b"reply"])
    is_free.set()

    until(lambda: replies == [True])


def test_calls_are_made_in_order_when_they_are_due(connection: BrokerConnection) -> None:
    calls: list[str] = []
    connection.call_later(0.1, lambda: calls.append("later"))
    connection.call_soon(lambda: calls.append("first"))
    connection.call_soon(lambda: calls.append("second"))

    connection.serve(lambda: len(calls) == 3)

    assert calls == ["first", "second", "later"]


def test_no_callback_begins_once_the_connection_closes(
    broker: ScriptedBroker, connection: BrokerConnection, channel: BrokerChannel
) -> None:
    begun: list[int] = []
    is_free = threading.Event()

    def received(_: object, method: spec.Basic.Deliver, *__: object) -> None:
        begun.append(method.delivery_tag)
        is_free.wait(5)

    channel.basic_consume("queue", received, consumer_tag=TAG)
    with connection:  # so that both are received at once
        broker.deliver(1)
        broker.deliver(2)
        time.sleep(0.1)
    until(lambda: begun == [1])

    closing = threading.Thread(target=connection.close)
    closing.start()
    time.sleep(0.1)
    is_free.set()
    closing.join()

    assert begun == [1]
