"""How long a job waits after a failed attempt."""

import random

FIRST_DELAY, LONGEST_DELAY = 0.5, 60.0


def backoff(attempts: int) -> float:
    """Seconds to wait after that many attempts: doubling, capped, with full jitter on the upper half."""
    ceiling: float = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(attempts, 10))
    return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter


def retry_after(seconds: float) -> float:
    """Seconds to wait where the provider names a pause: at least that long, capped, with jitter on top."""
    return min(seconds, LONGEST_DELAY) * random.uniform(1.0, 1.25)  # noqa: S311 - jitter
