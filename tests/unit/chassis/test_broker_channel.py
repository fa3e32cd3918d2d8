"""A channel: its declarations wait for the broker's answer or the reason why none comes; confirmed messages too.

`tests/interface/chassis/test_green_connection.py` runs these tests in green threads.
"""

import threading
from typing import Any

import pytest
from pika import spec
from pika.exceptions import ChannelClosedByBroker, NackError, StreamLostError, UnroutableError

from chassis import time_limits
from chassis.messaging.amqp.answers import Answer
from chassis.messaging.amqp.channel import BrokerChannel
from chassis.messaging.amqp.connection import BrokerConnection
from chassis.messaging.amqp.probe import QueueProbe
from tests.unit.chassis.scripted_broker import TAG, ScriptedBroker, until


def test_a_declaration_that_is_not_answered_ends_at_its_limit(
    broker: ScriptedBroker, channel: BrokerChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_limits, "BROKER_ANSWER", 0.1)
    del broker.answers[spec.Queue.Declare]

    with pytest.raises(TimeoutError, match="has not answered"):
        channel.queue_declare("queue")


def test_a_declaration_that_the_broker_refuses_raises_its_reason(
    broker: ScriptedBroker, connection: BrokerConnection, channel: BrokerChannel
) -> None:
    broker.answers[spec.Queue.Declare] = lambda _: spec.Channel.Close(404, "NOT_FOUND", 50, 10)

    with pytest.raises(ChannelClosedByBroker, match="NOT_FOUND"):
        channel.queue_declare("queue", passive=True)
    with pytest.raises(ChannelClosedByBroker, match="NOT_FOUND"):
        channel._wait_for(Answer())  # also whoever begins to wait later

    assert connection.is_open
    assert not channel.is_open


def test_whoever_waits_learns_that_the_connection_is_lost(broker: ScriptedBroker, channel: BrokerChannel) -> None:
    del broker.answers[spec.Queue.Declare]
    threading.Timer(0.1, broker.hang_up).start()

    with pytest.raises(StreamLostError):
        channel.queue_declare("queue")


def confirming(broker: ScriptedBroker, channel: BrokerChannel, *answers: Any) -> None:
    """Have the broker answer each message with these methods."""
    channel.confirm_delivery()

    def confirm(_: Any) -> Any:
        for returned in answers[:-1]:
            broker.say(returned, body=b"")
        return answers[-1]

    broker.answers[spec.Basic.Publish] = confirm


def test_a_confirmed_message_is_published(broker: ScriptedBroker, channel: BrokerChannel) -> None:
    confirming(broker, channel, spec.Basic.Ack(1))

    channel.basic_publish("dead", "", b"event", mandatory=True)


def test_a_message_that_the_broker_does_not_take_fails(broker: ScriptedBroker, channel: BrokerChannel) -> None:
    confirming(broker, channel, spec.Basic.Nack(1))

    with pytest.raises(NackError):
        channel.basic_publish("dead", "", b"event", mandatory=True)


def test_a_message_that_no_queue_gets_fails(broker: ScriptedBroker, channel: BrokerChannel) -> None:
    confirming(broker, channel, spec.Basic.Return(312, "NO_ROUTE", "dead", ""), spec.Basic.Ack(1))

    with pytest.raises(UnroutableError):
        channel.basic_publish("dead", "", b"event", mandatory=True)


def test_a_message_that_is_not_confirmed_fails_at_the_limit(
    channel: BrokerChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_limits, "CONFIRMS", 0.1)
    channel.confirm_delivery()

    with pytest.raises(TimeoutError):
        channel.basic_publish("dead", "", b"event", mandatory=True)


def test_returned_messages_and_ended_consumers_are_reported(broker: ScriptedBroker, channel: BrokerChannel) -> None:
    reports: list[str] = []
    channel.add_on_return_callback(lambda *message: reports.append(message[1].reply_text))
    channel.add_on_cancel_callback(lambda: reports.append("ended"))

    broker.say(spec.Basic.Return(312, "NO_ROUTE", "", "key"), body=b"message")
    broker.say(spec.Basic.Cancel(TAG, True))

    until(lambda: reports == ["NO_ROUTE", "ended"])


def test_queues_are_asked_about_on_one_channel(broker: ScriptedBroker, connection: BrokerConnection) -> None:
    broker.answers[spec.Queue.Declare] = lambda method: spec.Queue.DeclareOk(method.queue, 0, 2)
    probe = QueueProbe(connection)

    assert [probe.consumers_of(queue) for queue in ("a", "b", "a")] == [2, 2, 2]

    assert len(broker.methods(spec.Channel.Open)) == 1


def test_after_a_question_without_an_answer_the_others_are_asked_on_a_new_channel(
    broker: ScriptedBroker, connection: BrokerConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_limits, "BROKER_ANSWER", 0.1)
    del broker.answers[spec.Queue.Declare]
    probe = QueueProbe(connection)
    with pytest.raises(TimeoutError):
        probe.consumers_of("a")
    monkeypatch.undo()
    broker.answers[spec.Queue.Declare] = lambda method: spec.Queue.DeclareOk(method.queue, 0, 2)

    assert probe.consumers_of("b") == 2

    assert len(broker.methods(spec.Channel.Open)) == 2


def test_after_a_missing_queue_the_others_are_asked_about_on_a_new_channel(
    broker: ScriptedBroker, connection: BrokerConnection
) -> None:
    def answer(method: Any) -> Any:
        missing = method.queue == "missing"
        return spec.Channel.Close(404, "NOT_FOUND", 50, 10) if missing else spec.Queue.DeclareOk(method.queue, 0, 1)

    broker.answers[spec.Queue.Declare] = answer
    probe = QueueProbe(connection)

    assert [probe.consumers_of(queue) for queue in ("a", "missing", "b", "b")] == [1, None, 1, 1]

    assert len(broker.methods(spec.Channel.Open)) == 2
    assert connection.is_open
