"""Every message by its wire name, and the owners of the events that each service subscribes to."""

from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import contracts
from contracts.message import Ask, Event, Message

OWNERS = ("bookings", "payments", "rooms", "notifier")

# Those who can be asked: the services, and the gateway, which owns the staff accounts.
ASKED = (*OWNERS, "gateway")

# A service's durable queue takes all events of these owners: the service needs the whole sequence of a subject to
# know that no earlier event is missing.
SUBSCRIPTIONS = {
    "bookings": ("payments", "rooms", "notifier"),
    "payments": ("bookings",),
    "rooms": ("bookings",),
    "notifier": ("bookings", "payments", "rooms", "notifier"),
}


@cache
def _all(kind: type[Message]) -> dict[str, type[Any]]:
    modules = [import_module(module.name) for module in walk_packages(contracts.__path__, "contracts.")]
    things = [thing for module in modules for thing in vars(module).values()]
    types = [thing for thing in things if isinstance(thing, type) and issubclass(thing, kind)]
    return dict(sorted({each.wire_name: each for each in types if each.owner and each.concrete}.items()))


def events() -> dict[str, type[Event]]:
    """Every event that may be published, keyed by wire name."""
    return _all(Event)


def asks() -> dict[str, type[Ask[Any]]]:
    """Every command and query, keyed by wire name."""
    return _all(Ask)
