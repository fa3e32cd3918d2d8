"""The permissions of the broker's users. Each kind of process is one user, and none is an administrator."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from chassis.messaging import topology
from contracts.askers import askers_of, asks_any
from contracts.catalogue import ASKED, OWNERS

# Whose events a user reads through a queue of its own connection.
FOLLOWS = {"gateway": ("bookings",), "operator": OWNERS}


@dataclass(frozen=True)
class Permissions:
    """Three regular expressions over the names of exchanges and queues, as RabbitMQ stores them."""

    configure: str
    write: str
    read: str


def permissions(user: str) -> Permissions:
    """What this user may make (`configure`), publish to and bind (`write`), consume and bind from (`read`)."""
    own = rf"(reply|asks)\.{user}\..*"
    writes = [topology.asks(service) for service in ASKED if asks_any(user, service)]
    reads = [topology.replies(user), *(topology.exchange(owner) for owner in FOLLOWS.get(user, ()))]
    patterns = [own]
    if user in OWNERS:
        writes += [topology.exchange(user), topology.retry(user), topology.dead(user)]
        writes += [topology.asks(user)]  # a stopping process hands its asks over
        patterns += [re.escape(topology.inbox(user)) + r"\.\d+"]
    if user in ASKED:
        writes += [topology.replies(asker) for asker in sorted(askers_of(user))]
        reads += [topology.asks(user)]
    if user == "operator":
        writes += [topology.replay(service) for service in OWNERS]
        reads += [topology.dead_letters(service) for service in OWNERS]
    return Permissions(_any_of([own]), _any_of([own, *_escaped(writes)]), _any_of([*patterns, *_escaped(reads)]))


def _escaped(names: Iterable[str]) -> list[str]:
    return [re.escape(name) for name in names]


def _any_of(patterns: Iterable[str]) -> str:
    return f"^({'|'.join(patterns)})$"
