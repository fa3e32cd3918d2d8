"""The waits of one request while the provider is busy or cannot be read: exponential, with jitter and a maximum."""

import random
from dataclasses import dataclass, field
from time import monotonic, sleep

from chassis.refusal import Unavailable

FIRST, LONGEST, TOTAL = 0.1, 1.0, 4.0  # seconds


@dataclass
class RequestBackoff:
    """The waits of one request so far: their number, and their sum in seconds (`spent`)."""

    spent: float = 0.0
    waits: int = 0
    began: float = field(default_factory=monotonic)

    def wait(self, problem: Unavailable) -> None:
        """Wait before the same request is sent again.

        Raises `problem` where the waits, or the whole time since the first request, would exceed `TOTAL` seconds.
        """
        jitter = random.uniform(0.5, 1.0)  # noqa: S311 - not a secret
        pause = max(min(LONGEST, FIRST * 2.0**self.waits) * jitter, problem.seconds or 0.0)
        if max(self.spent, monotonic() - self.began) + pause > TOTAL:
            raise problem
        sleep(pause)
        self.waits += 1
        self.spent += pause
