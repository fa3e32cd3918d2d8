"""A scripted broker, and a connection and a channel to it."""

from collections.abc import Iterator

import pika
import pytest

from chassis.messaging.amqp.channel import BrokerChannel
from chassis.messaging.amqp.connection import BrokerConnection
from chassis.messaging.amqp.parameters import parameters
from tests.unit.chassis.scripted_broker import ScriptedBroker


@pytest.fixture
def broker() -> Iterator[ScriptedBroker]:
    with ScriptedBroker() as made:
        yield made


@pytest.fixture
def node(broker: ScriptedBroker) -> pika.connection.Parameters:
    return parameters(f"amqp://rooms:secret@127.0.0.1:{broker.port}/%2F", "test", heartbeat=0)[0]


@pytest.fixture
def connection(node: pika.connection.Parameters) -> Iterator[BrokerConnection]:
    made = BrokerConnection(node)
    yield made
    made.close()


@pytest.fixture
def channel(connection: BrokerConnection) -> BrokerChannel:
    return connection.channel()
