"""The bare program: the rows, messages and fsyncs of the operations, with plain psycopg and pika.

`python -m tests.bench.cost.bare_program` reads its plan from the first line of its input. Each further line is
`OPERATION FIRST COUNT`; once the operation is done for those bookings, by eight clients at once, and every event is
consumed, the program prints the seconds.

It is the least that an operation can cost: one statement and one commit in each database that the operation changes,
each row written once in its last form, each event published once and consumed once by every subscriber, and the asks
that the division into services takes. It decides nothing, checks nothing, and sends neither mail nor push.
"""

import sys
import threading
import time
from collections.abc import Iterator

from contracts.catalogue import SUBSCRIPTIONS
from tests.bench.cost.bare_client import BareClient, EventCounter, broker_connection, exchange_of
from tests.bench.cost.bare_plan import BarePlan
from tests.bench.cost.stays import CLIENTS

PATIENCE = 120.0


def declare(plan: BarePlan) -> None:
    """The exchanges of the events, and a durable quorum queue for each subscriber."""
    broker = broker_connection(plan.amqp_url)
    channel = broker.channel()
    for owner in plan.consumers:
        channel.exchange_declare(exchange_of(owner), "fanout", durable=True)
    for service, owners in SUBSCRIPTIONS.items():
        channel.queue_declare(queue_of(service), durable=True, arguments={"x-queue-type": "quorum"})
        for owner in owners:
            channel.queue_bind(queue_of(service), exchange_of(owner))
    broker.close()


def queue_of(service: str) -> str:
    """The queue of one subscriber."""
    return f"bare.{service}.inbox"


class BareRun:
    """The clients and the subscribers of one run."""

    def __init__(self, plan: BarePlan) -> None:
        self._plan = plan
        self._clients = [BareClient(plan) for _ in range(CLIENTS)]
        self._counters = [EventCounter(plan.amqp_url, queue_of(service)) for service in SUBSCRIPTIONS]
        self._due = 0

    def perform(self, name: str, first: int, count: int) -> float:
        """Do the operation for `count` bookings from number `first`; returns the seconds."""
        operation = self._plan.operations[name]
        numbers, lock, problems = iter(range(first, first + count)), threading.Lock(), list[BaseException]()

        def work(client: BareClient) -> None:
            try:
                for number in _taken(numbers, lock):
                    client.perform(operation, number)
            except BaseException as problem:
                problems.append(problem)

        threads = [threading.Thread(target=work, args=(client,)) for client in self._clients]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if problems:
            raise problems[0]
        events = sum(len(self._plan.consumers[owner]) * len(bodies) for owner, bodies in operation.events.items())
        self._wait_for(count * events)
        return time.perf_counter() - began

    def _wait_for(self, events: int) -> None:
        self._due += events
        deadline = time.monotonic() + PATIENCE
        while (consumed := sum(counter.consumed for counter in self._counters)) != self._due:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{consumed} of {self._due} events are consumed")
            time.sleep(0.01)


def _taken(numbers: Iterator[int], lock: threading.Lock) -> Iterator[int]:
    while True:
        with lock:
            number = next(numbers, None)
        if number is None:
            return
        yield number


def main() -> None:
    """Follow the lines of the input."""
    plan = BarePlan.from_json(sys.stdin.readline())
    declare(plan)
    run = BareRun(plan)
    print("ready", flush=True)
    for line in sys.stdin:
        name, first, count = line.split()
        print(run.perform(name, int(first), int(count)), flush=True)


if __name__ == "__main__":
    main()
