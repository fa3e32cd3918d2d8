"""One fault under load: its times, the failed requests, and the state of the system at rest."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from sandbox.stack.stack import Stack
from tests.availability.rest import doctor, drained, lost_bookings, published_lately
from tests.availability.traffic import SentRequest, Traffic

BEFORE, LASTS, AFTER = 4.0, 10.0, 6.0  # seconds of traffic
WORKS_AGAIN_WITHIN = 5.0  # seconds
HOTEL = "hotel-killarney"


@dataclass
class FaultUnderLoad:
    """The requests around one fault. `began` and `ended` are the fault's times, of `time.monotonic`."""

    traffic: Traffic
    began: float = 0.0
    ended: float = float("inf")
    lost: list[str] = field(default_factory=list)
    drained_after: float = 0.0

    @property
    def failed(self) -> list[SentRequest]:
        """The failed requests."""
        return self.traffic.failed()

    @property
    def worked_again_after(self) -> float:
        """The seconds from the fault to the beginning of the last request that failed before the fault's end."""
        return max((each.began - self.began for each in self.traffic.failed(until=self.ended)), default=0.0)

    @property
    def whole_again_after(self) -> float:
        """The seconds from the fault's end to the beginning of the last request that failed."""
        return max((each.began - self.ended for each in self.traffic.failed(since=self.ended)), default=0.0)

    def __str__(self) -> str:
        return (
            f"works again after {self.worked_again_after:.1f} s, whole {self.whole_again_after:.1f} s after the end; "
            f"{len(self.failed)} of {len(self.traffic.requests)} requests failed, {len(self.traffic.acknowledged)} "
            f"bookings acknowledged, {len(self.lost)} lost; outbox drained after {self.drained_after:.1f} s"
        )


@contextmanager
def fault_under_load(stack: Stack, today: date, *, name: str) -> Iterator[FaultUnderLoad]:
    """Send requests before, during and after the block, in which the fault begins and ends; then examine the rest.

    Nothing that was acknowledged may be lost, no request may be refused, and the doctor must find all well.
    """
    traffic = Traffic(stack.stack_json["gateway"], HOTEL, today)
    fault = FaultUnderLoad(traffic)
    with traffic:
        time.sleep(BEFORE)
        assert traffic.failed() == []
        fault.began = time.monotonic()
        yield fault
        time.sleep(AFTER)
    fault.drained_after = drained(stack)
    fault.lost = lost_bookings(traffic)
    print(f"{name}: {fault}")
    assert fault.lost == []
    assert traffic.refused == [], f"refused: {traffic.refused[:5]}"
    assert "All is well." in doctor(stack)


def let_fault_last(
    fault: FaultUnderLoad, stack: Stack, end: Callable[[], object], *, within: float = WORKS_AGAIN_WITHIN
) -> None:
    """Let the fault last, see that events are published meanwhile, `within` seconds more, and end it."""
    time.sleep(LASTS)
    published_lately(stack, within=within)
    fault.ended = time.monotonic()
    end()


def eventually(holds: Callable[[], bool], *, within: float) -> None:
    """Wait until it holds. Raises AssertionError after `within` seconds."""
    until = time.monotonic() + within
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.2)
