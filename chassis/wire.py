"""How messages look on the broker: names, properties, and the topology that every process declares whole.

Asks speak nameko's RPC protocol: exchange `nameko-rpc`, queue `rpc-<service>`, body `{"args", "kwargs"}`, replies
`{"result", "error"}` to the asker's own queue under the same correlation id.
"""

import time
from typing import Any

import msgspec
import pika
from pika.adapters.blocking_connection import BlockingChannel

from chassis import codec
from chassis.refusal import Refusal, Unavailable
from contracts.catalogue import HEARS, OWNERS
from contracts.message import Envelope

ASKS = "nameko-rpc"
ATTEMPT, ERROR, FIRST_FAILED, EARLY_SINCE = "x-attempt", "x-error", "x-first-failed-at", "x-early-since"
DELAYS_MS = (200, 1_000, 5_000, 30_000, 120_000)
MAX_ATTEMPTS = 5
# What is too early comes back in proportion to how long it has waited: (younger than so many seconds, pause).
EARLY_PAUSES_MS = ((1, 200), (10, 1_000), (60, 5_000), (600, 30_000), (float("inf"), 120_000))
EARLY_FOR = 24 * 3600

_envelopes = msgspec.json.Decoder(Envelope)


def exchange(owner: str) -> str:
    """Where an owner's events are published."""
    return f"{owner}.events"


def inbox(service: str) -> str:
    """The durable queue of everything that a service hears."""
    return f"{service}.inbox"


def dead_letters(service: str) -> str:
    """Where what a service could not apply waits for an operator."""
    return f"{service}.inbox.dlq"


def delay(milliseconds: int) -> str:
    """A queue that gives each message back to the queue that its routing key names, after that time."""
    return f"hotelmate.delay.{milliseconds}"


def asks_queue(service: str) -> str:
    """The queue of asks to a service."""
    return f"rpc-{service}"


def quorum(**arguments: Any) -> dict[str, Any]:
    """Arguments of a durable quorum queue that refuses rather than drops."""
    return {
        "x-queue-type": "quorum",
        "x-overflow": "reject-publish",
        **{f"x-{name.replace('_', '-')}": value for name, value in arguments.items()},
    }


def topology() -> tuple[list[tuple[str, str]], list[tuple[str, dict[str, Any]]], list[tuple[str, str, str]]]:
    """All exchanges (name, type), durable queues (name, arguments) and bindings (queue, exchange, key)."""
    exchanges = [(exchange(owner), "topic") for owner in OWNERS] + [(ASKS, "topic")]
    queues: list[tuple[str, dict[str, Any]]] = []
    bindings: list[tuple[str, str, str]] = []
    for service, heard in HEARS.items():
        park = {"dead_letter_exchange": "", "dead_letter_routing_key": dead_letters(service)}
        # RabbitMQ 4 drops what was looked at 20 times, unless it is told a limit.
        queues.append((dead_letters(service), quorum(max_length=1_000_000, delivery_limit=1_000_000)))
        queues.append(
            (
                inbox(service),
                quorum(
                    single_active_consumer=True,
                    delivery_limit=20,
                    dead_letter_strategy="at-least-once",
                    max_length=5_000_000,
                    **park,
                ),
            )
        )
        queues.append((asks_queue(service), {}))
        bindings += [(inbox(service), exchange(owner), f"{owner}.#") for owner in heard]
        bindings.append((asks_queue(service), ASKS, f"{service}.*"))
    for milliseconds in DELAYS_MS:
        exchanges.append((delay(milliseconds), "fanout"))
        queues.append(
            (
                delay(milliseconds),
                quorum(message_ttl=milliseconds, dead_letter_exchange="", dead_letter_strategy="at-least-once"),
            )
        )
        bindings.append((delay(milliseconds), delay(milliseconds), ""))
    return exchanges, queues, bindings


def declare(channel: BlockingChannel) -> None:
    """Declare the whole topology; harmless when it is there."""
    exchanges, queues, bindings = topology()
    for name, kind in exchanges:
        channel.exchange_declare(name, kind, durable=True)
    for name, arguments in queues:
        channel.queue_declare(name, durable=True, arguments=arguments)
    for queue, source, key in bindings:
        channel.queue_bind(queue, source, key)


def parameters(url: str, name: str) -> pika.URLParameters:
    """How to connect: a short heartbeat, so that a process that hangs is noticed and its work goes to another."""
    told = pika.URLParameters(url)
    told.heartbeat = 10
    told.blocked_connection_timeout = 30
    told.client_properties = {"connection_name": name}
    told.socket_timeout = told.stack_timeout = 10
    return told


def event_properties(envelope: Envelope) -> pika.BasicProperties:
    """Persistent, named by the event's own id."""
    return pika.BasicProperties(
        content_type="application/cloudevents+json",
        delivery_mode=2,
        message_id=envelope.id,
        type=envelope.type,
        timestamp=int(time.time()),
        headers={"traceparent": envelope.traceparent},
    )


def read_envelope(body: bytes) -> Envelope:
    """An event as it came; raises `ValueError` where it cannot be one."""
    return _envelopes.decode(body)


def ask_body(message: Any, context: Any) -> bytes:
    """The body of an ask."""
    return codec.encode({"args": [], "kwargs": {"message": message, "context": context}})


def reply_body(result: Any) -> bytes:
    """The body of a reply that went well."""
    return codec.encode({"result": result, "error": None})


def error_body(problem: BaseException) -> bytes:
    """The body of a reply that did not; nameko's error shape, with what a `Refusal` needs in `exc_args`."""
    if isinstance(problem, Refusal):
        arguments = [problem.code, problem.message, list(problem.errors), problem.details]
        text = problem.message
    else:
        text = str(problem) if isinstance(problem, Unavailable) else "the service could not answer"
        arguments = [text]
    kind = type(problem)
    return codec.encode(
        {
            "result": None,
            "error": {
                "exc_type": kind.__name__,
                "exc_path": f"{kind.__module__}.{kind.__qualname__}",
                "exc_args": arguments,
                "value": text,
            },
        }
    )


def raise_error(error: dict[str, Any]) -> None:
    """Raise on the asker's side what the answerer said."""
    if error.get("exc_type") == Refusal.__name__:
        code, message, errors, details = error["exc_args"]
        raise Refusal(code, message, errors=errors, **details)
    raise Unavailable(f"{error.get('exc_type')}: {error.get('value')}")


def reply_properties(asked: pika.BasicProperties, headers: dict[str, Any] | None) -> pika.BasicProperties:
    """Properties of the reply to this ask: it lives no longer than its asker waits."""
    return pika.BasicProperties(
        content_type="application/json",
        content_encoding="utf-8",
        delivery_mode=1,
        correlation_id=asked.correlation_id,
        expiration=asked.expiration,
        headers=headers,
    )
