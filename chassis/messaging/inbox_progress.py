"""How far one process is with its inbox: the deliveries that it has received and not acknowledged."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chassis import time_limits
from contracts.operations import Metric


@dataclass(frozen=True)
class InboxProgress:
    """`oldest` is the time of the oldest unacknowledged event, domain time, UTC; None where no event is in hand.

    `applying` is the number of seconds for which the current batch has been applied. `waits` is True while the process
    takes no events because its database does not answer, and `connected` is False while the broker is away.
    """

    unacknowledged: int = 0
    oldest: datetime | None = None
    applying: float = 0.0
    waits: bool = False
    connected: bool = True

    def problems(self) -> Iterator[str]:
        """Why the process is not ready; nothing where the inbox makes progress."""
        if not self.connected:
            yield "the inbox is not connected to the broker"
        if self.waits:
            yield "the inbox waits for the database"
        if self.applying > time_limits.READY_BATCH:
            yield f"the inbox has applied one batch for {self.applying:.0f} s, {self.unacknowledged} events wait"

    def metrics(self, now: datetime) -> Iterator[Metric]:
        """The metrics of the inbox; `now` is domain time, UTC."""
        age = max(0.0, (now - self.oldest).total_seconds()) if self.oldest else 0.0
        yield Metric(name="inbox_unacknowledged", value=self.unacknowledged)
        yield Metric(name="inbox_age_seconds", value=age)
