"""The waits of one request while the provider is busy: exponential, with jitter and a maximum sum."""

import random
import time
from dataclasses import dataclass

from services.payments.cards import CallBusy

FIRST, LONGEST, TOTAL = 0.1, 1.0, 4.0  # seconds


@dataclass
class RequestBackoff:
    """The waits of one request so far: their number, and their sum in seconds (`spent`)."""

    spent: float = 0.0
    waits: int = 0

    def wait(self, busy: CallBusy) -> None:
        """Wait before the same call is sent again. Raises `busy` itself if the waits would exceed `TOTAL` seconds."""
        pause = max(min(LONGEST, FIRST * 2.0**self.waits) * random.uniform(0.5, 1.0), busy.seconds or 0.0)  # noqa: S311 - jitter
        if self.spent + pause > TOTAL:
            raise busy
        time.sleep(pause)
        self.waits += 1
        self.spent += pause
