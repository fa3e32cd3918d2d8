"""The deliveries that wait to be applied. Events that no handler wants wait for company, so that they cost little.

An event without a handler only moves its subject's number on. Applied alone it would cost a transaction that waits for
the disk. Such events are held back until an event with a handler comes, which is never held back itself, or until
enough of them have come, or the first has waited for `COMPANY`; then all are applied together, in their order. They are
not acknowledged before: the broker delivers them again where the process dies.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator

from chassis.messaging.acknowledgement import EventDelivery
from contracts.message import Envelope

COMPANY = 0.25  # seconds


class GatheredDeliveries:
    """A queue of deliveries. At most `most` of them wait for company."""

    def __init__(self, has_handler: Callable[[Envelope], bool], *, most: int) -> None:
        self._has_handler = has_handler
        self._most = most
        self._waiting: deque[EventDelivery] = deque()
        self._since = 0.0

    def append(self, delivery: EventDelivery) -> None:
        """Add a delivery at the end."""
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append(delivery)

    def take(self, size: int) -> list[EventDelivery]:
        """Take up to `size` deliveries in their order; none while all of them wait for company."""
        if self.due_in() > 0:
            return []
        taken = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
        self._since = time.monotonic()
        return taken

    def due_in(self) -> float:
        """The seconds for which all deliveries still wait for company."""
        if len(self._waiting) >= self._most or any(map(self._is_wanted, self._waiting)):
            return 0.0
        return max(0.0, self._since + COMPANY - time.monotonic())

    def clear(self) -> None:
        """Forget all deliveries."""
        self._waiting.clear()

    def __iter__(self) -> Iterator[EventDelivery]:
        return iter(self._waiting)

    def __len__(self) -> int:
        return len(self._waiting)

    def _is_wanted(self, delivery: EventDelivery) -> bool:
        return delivery.envelope is None or self._has_handler(delivery.envelope)
