"""Planted faults of the relay and of the partitions, which the simulation models: the faults are in its model."""

from __future__ import annotations

from tests.simulation import events
from tests.simulation.events import EventTransport
from tests.simulation.planted.fault import planted
from tests.simulation.planted.replacing import Replacements


@planted("I5", actors=("guests-2", "guests-3", "desk-2"), freezes=0.05)
def the_relay_goes_by_position(product: Replacements) -> None:
    """The relay reads the rows behind the last one that it published: a transaction that commits late is skipped."""
    behind = "AND position > (SELECT coalesce(max(position), 0) FROM outbox WHERE published_at IS NOT NULL)"
    for name in ("_SELECTED", "_TAKEN"):
        statement = getattr(events, name).replace("published_at IS NULL", f"published_at IS NULL {behind}")
        product.replace(events, name, statement)


@planted("I19", "liveness", deaths=0.03)
def partitions_of_the_dead_stay_theirs(product: Replacements) -> None:
    """The partitions of a process that died are handed to nobody, also when the process starts again."""
    hand_out, reset = EventTransport._hand_out, EventTransport.reset
    orphaned: set[str] = set()

    def only_once(self: EventTransport) -> None:
        orphaned.update(each.queue for each in self.partitions if each.holder and not each.holder.up)
        hand_out(self)
        for each in self.partitions:
            if each.queue in orphaned:
                each.holder = None

    def begun_again(self: EventTransport) -> None:
        orphaned.clear()
        reset(self)

    product.replace(EventTransport, "_hand_out", only_once)
    product.replace(EventTransport, "reset", begun_again)
