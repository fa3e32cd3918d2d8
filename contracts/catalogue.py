"""Every message by its wire name, and the events that each service subscribes to, by their owners."""

from typing import Any

from contracts import bookings, notifier, operations, payments, rooms
from contracts.message import Ask, Event, Message

OWNERS = ("bookings", "payments", "rooms", "notifier")

# A service's durable queue takes all events of these owners: the service needs the whole sequence of a subject to
# know that no earlier event is missing.
SUBSCRIPTIONS = {
    "bookings": ("payments", "rooms", "notifier"),
    "payments": ("bookings",),
    "rooms": ("bookings",),
    "notifier": ("bookings", "payments", "rooms", "notifier"),
}


def _all(kind: type[Message]) -> dict[str, type[Any]]:
    types: dict[str, type[Any]] = {}
    for module in (bookings, payments, rooms, notifier, operations):
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, kind) and thing.owner and thing.concrete:
                types[thing.wire_name] = thing
    return dict(sorted(types.items()))


def events() -> dict[str, type[Event]]:
    """Every event that may be published, by wire name."""
    return _all(Event)


def asks() -> dict[str, type[Ask[Any]]]:
    """Every command and query, by wire name."""
    return _all(Ask)
