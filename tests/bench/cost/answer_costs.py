"""What creating a booking costs until its answer: the relay stands still meanwhile, so that nothing follows."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from signal import SIGCONT, SIGSTOP

from tests.bench.cost.cpu import GROUPS
from tests.bench.cost.meter import MILLISECONDS, TOTAL, Meter
from tests.bench.cost.stays import NIGHTS, Stay, StayOperations
from tests.bench.harness import Measured

ROOM_TYPE = "ANSWER"


@dataclass
class AnswerCosts:
    """Measures rounds of `stays` bookings of the type `ROOM_TYPE`, each round for other nights."""

    meter: Meter
    operations: StayOperations
    relays: Sequence[int]
    stays: int
    _round: int = field(default=0, init=False)

    def measured(self) -> Measured:
        """One round. Everything afterwards is done when this returns."""
        number = self._round
        self._round += 1
        stays = [Stay(f"answer-{number}-{each}@example.com", "") for each in range(self.stays)]
        load: list[Measured] = []
        self.meter.forget_rest()
        self.meter.backlog.mark()
        with standing_still(self.relays):
            cost = self.meter.cost(
                lambda: load.append(self.operations.create(stays, ROOM_TYPE, in_days=1 + NIGHTS * number)),
                operations=len(stays),
                groups=GROUPS,
                drained=False,
            )
        self.meter.backlog.drain()
        return Measured(len(stays), len(stays) * cost[TOTAL] / MILLISECONDS, load[0].latencies, cost)


@contextmanager
def standing_still(pids: Sequence[int]) -> Iterator[None]:
    """The processes do nothing in the block."""
    try:
        for pid in pids:
            os.kill(pid, SIGSTOP)
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):  # the others go on where one has ended
                os.kill(pid, SIGCONT)
