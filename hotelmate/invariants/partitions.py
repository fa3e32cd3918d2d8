"""Invariant I19: the processes of every service apply the events of all partitions of its inbox."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis import codec
from chassis.messaging import topology
from chassis.messaging.inbox_progress import TTL, InboxProgress
from contracts.catalogue import SUBSCRIPTIONS
from contracts.operations import Violation
from hotelmate.invariants.context import ExaminationContext


@dataclass(frozen=True, kw_only=True)
class Partition:
    """A partition of an inbox, by its queue. `holder` is the process that has held it since `since`, UTC.

    `holder` is empty where no process has held the partition since then. `seconds` is the time since `since`. `waiting`
    is the number of events in the queue, None where the broker is down. `oldest` is the age in seconds of the oldest
    event that the holder has in hand.
    """

    number: int
    queue: str
    holder: str
    since: datetime
    seconds: float
    waiting: int | None
    progress: InboxProgress
    oldest: float | None

    @property
    def fault(self) -> str:
        """What is wrong with the partition, without any number that changes; empty where nothing is."""
        if not self.holder:
            return "no process holds the partition" if self.seconds > TTL else ""
        if self.waiting and self.seconds > TTL and self.number not in self.progress.consumed:
            return f"events wait, and {self.holder} does not consume the partition"
        if (self.waiting or self.progress.unacknowledged) and any(self.progress.problems()):
            return f"events wait, and {self.holder} makes no progress"
        return ""


def partitions_are_consumed(context: ExaminationContext) -> Iterator[Violation]:
    """Invariant I19: a process holds each partition of an inbox and, while events wait, applies them.

    A partition may be free for as long as a lease lasts.
    """
    for partition in partitions(context):
        if partition.fault:
            yield Violation(invariant="I19", subject=partition.queue, what=partition.fault)


def partitions(context: ExaminationContext) -> Iterator[Partition]:
    """The partitions of the inboxes of all services that subscribe to events."""
    for service in context.services:
        if service in SUBSCRIPTIONS:
            for row in context.rows(service, "inbox_partitions"):
                yield _partition(context, topology.partition(service, row["number"]), row)


def _partition(context: ExaminationContext, queue: str, row: Any) -> Partition:
    return Partition(
        number=row["number"],
        queue=queue,
        holder=row["holder"] or "",
        since=datetime.fromisoformat(row["since"]),
        seconds=row["seconds"],
        waiting=None if context.waiting is None else context.waiting.get(queue, 0),
        progress=codec.typed(row["progress"] or {}, InboxProgress),
        oldest=row["oldest"],
    )
