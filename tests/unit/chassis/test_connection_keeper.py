"""The keeper of a connection: opens again after a loss, drops calls without a connection, stops in order.

`tests/interface/chassis/test_green_connection.py` runs these tests in green threads.
"""

from collections.abc import Callable, Iterator

import pytest
from pika import spec

from chassis.messaging.amqp import blocking
from chassis.messaging.amqp.blocking import BlockingConnectionKeeper
from chassis.messaging.amqp.channel import BrokerChannel
from chassis.messaging.ask_client import AskClient
from tests.unit.chassis.scripted_broker import TAG, ScriptedBroker, until

Make = Callable[..., BlockingConnectionKeeper]


@pytest.fixture
def make(broker: ScriptedBroker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes a keeper whose connection is open: `make(on_open, on_lost)`."""
    monkeypatch.setattr(blocking, "PAUSE_AFTER_ERROR", 0.05)
    keepers: list[BlockingConnectionKeeper] = []

    def started(
        opened: Callable[[BrokerChannel], None], lost: Callable[[], None] = lambda: None
    ) -> BlockingConnectionKeeper:
        url = f"amqp://rooms:secret@127.0.0.1:{broker.port}/%2F"
        keepers.append(BlockingConnectionKeeper(url, "test", on_open=opened, on_lost=lost))
        keepers[-1].start()
        assert keepers[-1].opened.wait(10)
        return keepers[-1]

    yield started
    for keeper in keepers:
        keeper.stop()


def test_a_lost_connection_is_opened_again_with_a_new_channel(broker: ScriptedBroker, make: Make) -> None:
    channels: list[BrokerChannel] = []
    losses: list[bool] = []
    make(channels.append, lambda: losses.append(channels[-1].is_open))

    broker.hang_up()

    until(lambda: len(channels) == 2)
    assert losses == [False]


def test_a_channel_that_the_broker_closes_is_opened_again(broker: ScriptedBroker, make: Make) -> None:
    channels: list[BrokerChannel] = []
    make(channels.append)

    broker.say(spec.Channel.Close(404, "NOT_FOUND", 60, 40))

    until(lambda: len(channels) == 2)


@pytest.mark.parametrize("problem", [ValueError("wrong"), ConnectionAbortedError("no more")])
def test_a_call_that_fails_is_not_made_and_opens_a_new_connection(make: Make, problem: Exception) -> None:
    channels: list[BrokerChannel] = []
    keeper = make(channels.append)

    def fail() -> None:
        raise problem

    assert keeper.submit(fail) is False
    until(lambda: len(channels) == 2 and keeper.opened.is_set())
    assert keeper.submit(lambda: channels[-1].basic_ack(1)) is True


def test_a_callback_that_fails_opens_a_new_connection(broker: ScriptedBroker, make: Make) -> None:
    channels: list[BrokerChannel] = []

    def opened(channel: BrokerChannel) -> None:
        channels.append(channel)
        channel.basic_consume("queue", lambda *_: 1 / 0, consumer_tag=TAG)

    make(opened)
    broker.deliver()

    until(lambda: len(channels) == 2)


def test_a_delivery_that_comes_before_everything_is_declared_is_acknowledged(broker: ScriptedBroker) -> None:
    deliveries: list[bool] = []

    def opened(channel: BrokerChannel) -> None:
        channel.basic_consume("queue", received, consumer_tag=TAG)
        broker.deliver()
        until(lambda: len(deliveries) == 1)

    def received(channel: BrokerChannel, *_: object) -> None:
        deliveries.append(keeper.submit(lambda: channel.basic_ack(1)))

    url = f"amqp://rooms:secret@127.0.0.1:{broker.port}/%2F"
    keeper = BlockingConnectionKeeper(url, "test", on_open=opened)
    keeper.start()
    assert keeper.opened.wait(10)
    keeper.stop()

    assert deliveries == [True]
    assert len(broker.methods(spec.Basic.Ack)) == 1


def test_without_a_connection_calls_are_dropped(broker: ScriptedBroker, make: Make) -> None:
    calls: list[str] = []
    keeper = make(lambda _: None)
    keeper.stop()

    assert keeper.submit(lambda: calls.append("submitted")) is False
    assert keeper.call_soon(lambda: calls.append("called")) is False
    assert calls == []


def test_a_stopping_keeper_makes_the_calls_that_wait_and_says_goodbye(broker: ScriptedBroker, make: Make) -> None:
    channels: list[BrokerChannel] = []
    keeper = make(channels.append)
    keeper.call_soon(lambda: channels[0].queue_declare("one"))
    keeper.call_soon(lambda: channels[0].queue_declare("two"))

    keeper.stop()

    assert [method.queue for method in broker.methods(spec.Queue.Declare)] == ["one", "two"]
    assert len(broker.methods(spec.Connection.Close)) == 1


def test_an_ask_client_whose_queue_is_deleted_declares_another_one(broker: ScriptedBroker) -> None:
    client = AskClient(f"amqp://operator:secret@127.0.0.1:{broker.port}/%2F", "operator").start(wait=10)
    (consume,) = broker.methods(spec.Basic.Consume)

    broker.say(spec.Basic.Cancel(consume.consumer_tag, True))

    until(lambda: len(broker.methods(spec.Basic.Consume)) == 2)
    client.stop()
