"""The AsyncAPI document: exchanges, queues, messages and realtime channels, generated from the code."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from chassis.messaging import topology
from contracts.askers import EVERY_SERVICE, askers_of
from contracts.catalogue import ASKED, OWNERS, SUBSCRIPTIONS, asks, events
from contracts.message import Envelope, reply_type
from docs.asyncapi import realtime
from docs.asyncapi.parts import SCHEMAS, Json, operation, pointer, references, summary
from services.notifier.domain.pushes import PUSHES


def asyncapi() -> Json:
    """The whole document, AsyncAPI 3.0."""
    queues = {queue.name: queue.arguments for queue in topology.topology().queues}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "HotelMate",
            "version": "1.0.0",
            "description": "Messages between the services over RabbitMQ, and realtime events to clients over Pusher. "
            "Instants are UTC, amounts between services integer minor units, on realtime channels text in major units.",
        },
        "defaultContentType": "application/json",
        "servers": {
            "rabbitmq": {"host": "localhost:5672", "protocol": "amqp", "description": "The services' own broker."},
            "pusher": {"host": "ws-mt1.pusher.com", "protocol": "wss", "description": "Pusher Channels, protocol 7."},
        },
        "channels": {**_exchanges(), **_queues(queues), **_ask_exchanges(), **realtime.channels()},
        "operations": {**_publishing(), **_consuming(), **_asking(), **realtime.operations()},
        "components": {"messages": {**_events(), **_asks(), **realtime.messages()}, "schemas": _schemas()},
    }


def _exchanges() -> Json:
    return {
        topology.exchange(owner): _exchange(
            topology.exchange(owner),
            "topic",
            f"All events of {owner}; the routing key is the event type.",
            (name for name, event in events().items() if event.owner == owner),
        )
        for owner in OWNERS
    }


def _exchange(name: str, kind: str, description: str, messages: Iterable[str]) -> Json:
    exchange = {"name": name, "durable": True, "autoDelete": False}
    if kind != topology.HASH_EXCHANGE:  # a plugin's, which the binding of AsyncAPI does not know
        exchange["type"] = kind
    return {
        "address": name,
        "description": description,
        "servers": [{"$ref": "#/servers/rabbitmq"}],
        "messages": references(messages),
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange}},
        "x-exchange-type": kind,
    }


def _queues(queues: Mapping[str, Json]) -> Json:
    channels = {}
    for service, owners in SUBSCRIPTIONS.items():
        names = [name for name, event in events().items() if event.owner in owners]
        descriptions = {
            topology.partition(service, 0): f"All events that {service} subscribes to, in order; one active consumer. "
            f"With several partitions, each subject's events are in one of `{service}.inbox.0`, `.1`, ….",
            topology.dead_letters(service): f"Events that {service} could not apply, with the error: `hotelmate dlq`.",
        }
        for queue, description in descriptions.items():
            channels[queue] = _queue(queue, description, names, queues[queue])
    return channels


def _ask_exchanges() -> Json:
    channels: Json = {}
    for service in ASKED:
        owners = {service, EVERY_SERVICE} if service in OWNERS else {service}
        own = {name: ask for name, ask in asks().items() if ask.owner in owners}
        name = topology.asks(service)
        askers = ", ".join(sorted(askers_of(service)))
        description = (
            f"Asks to {service}: requests that get a reply. Sent by {askers}; the routing key is {service}.<Ask>."
        )
        kind = topology.HASH_EXCHANGE if service in OWNERS else "fanout"
        channels[name] = _exchange(name, kind, description, own)
        channels[_answers(service)] = {
            "address": None,
            "description": "The asker's reply queue, named by `reply_to`, behind the exchange `<asker>.replies`; "
            "replies are matched by `correlation_id`.",
            "servers": [{"$ref": "#/servers/rabbitmq"}],
            "messages": references(f"{name}.reply" for name in own),
        }
    return channels


def _queue(name: str, description: str, messages: Iterable[str], arguments: Json) -> Json:
    return {
        "address": name,
        "description": description,
        "servers": [{"$ref": "#/servers/rabbitmq"}],
        "messages": references(messages),
        "bindings": {
            "amqp": {
                "is": "queue",
                "queue": {"name": name, "durable": True, "exclusive": False, "autoDelete": False},
            }
        },
        "x-arguments": arguments,
    }


def _publishing() -> Json:
    return {
        f"{owner}.publishes": operation(
            "send", topology.exchange(owner), f"{owner} publishes its events, after commit."
        )
        for owner in OWNERS
    }


def _consuming() -> Json:
    return {
        f"{service}.consumes": operation(
            "receive", topology.partition(service, 0), f"{service} consumes the events of {', '.join(owners)}."
        )
        for service, owners in SUBSCRIPTIONS.items()
    }


def _asking() -> Json:
    return {
        f"{service}.answers": {
            **operation("receive", topology.asks(service), f"{service} replies, or refuses with a code."),
            "reply": {
                "address": {"location": "$message.header#/reply_to"},
                "channel": {"$ref": pointer("channels", _answers(service))},
            },
        }
        for service in ASKED
    }


def _events() -> Json:
    return {
        name: {
            "name": name,
            "summary": summary(event),
            "contentType": "application/json",
            "payload": {
                "allOf": [
                    {"$ref": SCHEMAS.format(name="Envelope")},
                    {
                        "type": "object",
                        "properties": {
                            "type": {"const": name},
                            "data": {"$ref": SCHEMAS.format(name=event.__name__)},
                        },
                    },
                ]
            },
        }
        for name, event in events().items()
    }


def _asks() -> Json:
    messages = {}
    for name, ask in asks().items():
        messages[name] = {
            "name": name,
            "summary": summary(ask),
            "contentType": "application/json",
            "payload": {"$ref": SCHEMAS.format(name=ask.__name__)},
        }
        messages[f"{name}.reply"] = {
            "name": f"{name}.reply",
            "summary": f"The reply to {name}.",
            "contentType": "application/json",
            "payload": _reply_schema(reply_type(ask)),
        }
    return messages


def _schemas() -> Json:
    replies = [reply_type(ask) for ask in asks().values()]
    kinds = [Envelope, *events().values(), *asks().values(), *replies]
    kinds += [kind for rule in PUSHES.values() for kind in realtime.fields_of(rule.event).values()]
    _, components = msgspec.json.schema_components(kinds, ref_template=SCHEMAS)
    return dict(sorted(components.items()))


def _reply_schema(kind: Any) -> Json:
    (schema,), _ = msgspec.json.schema_components((kind,), ref_template=SCHEMAS)
    return dict(schema)


def _answers(service: str) -> str:
    return f"{service}.answers"
