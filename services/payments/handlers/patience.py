"""How long a request waits for a provider that is busy: ever longer, never for long, and never all at once."""

import random
import time
from dataclasses import dataclass

from services.payments.cards import CallBusy

FIRST, LONGEST, ALTOGETHER = 0.1, 1.0, 4.0  # seconds


@dataclass
class Patience:
    """One request's. `spent` is how long it has waited so far."""

    spent: float = 0.0
    waits: int = 0

    def wait(self, busy: CallBusy) -> None:
        """Wait before the same call is made again; raises the trouble itself where that would take too long."""
        pause = max(min(LONGEST, FIRST * 2.0**self.waits) * random.uniform(0.5, 1.0), busy.seconds or 0.0)  # noqa: S311 - jitter
        if self.spent + pause > ALTOGETHER:
            raise busy
        time.sleep(pause)
        self.waits += 1
        self.spent += pause
