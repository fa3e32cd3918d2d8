"""Green threads that publish to a broker that does not read, and are interrupted at their deadlines.

Prints how many were interrupted, how many messages were published, and whether all have arrived whole and in order.
"""

import os
import warnings

os.environ["EVENTLET_NO_GREENDNS"] = "yes"
warnings.filterwarnings("ignore", message=r"\nEventlet is deprecated")

import eventlet

eventlet.monkey_patch()

import json

from chassis.messaging.amqp.connection import BrokerConnection
from chassis.messaging.amqp.parameters import parameters
from tests.unit.chassis.scripted_broker import LARGE, ScriptedBroker, until

PUBLISHERS = 20


def main() -> None:
    with ScriptedBroker() as broker:
        connection = BrokerConnection(parameters(f"amqp://a:b@127.0.0.1:{broker.port}/%2F", "test", heartbeat=0)[0])
        channel = connection.channel()
        published: list[bytes] = []
        interrupted: list[int] = []

        def publish(publisher: int) -> None:
            try:
                with eventlet.Timeout(0.01 * (1 + publisher)):
                    while True:
                        body = b"%d %d " % (publisher, len(published)) + LARGE
                        channel.basic_publish("", "key", body)
                        published.append(body)
                        eventlet.sleep(0.005)
            except eventlet.Timeout:
                interrupted.append(publisher)

        broker.reads.clear()
        for thread in [eventlet.spawn(publish, publisher) for publisher in range(PUBLISHERS)]:
            thread.wait()
        broker.reads.set()
        until(lambda: len(broker.bodies()) == len(published))
        connection.close()
        report = {
            "interrupted": len(interrupted),
            "published": len(published),
            "whole": broker.bodies() == published,
        }
        print(json.dumps(report))


if __name__ == "__main__":
    main()
