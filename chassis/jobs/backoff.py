"""The pause before the next attempt at a failed job."""

import random

FIRST_DELAY, LONGEST_DELAY = 0.5, 60.0


def backoff(attempts: int) -> float:
    """Seconds to wait after `attempts` attempts: at random 50 to 100 % of a delay that doubles up to 60 s."""
    ceiling: float = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(attempts, 10))
    return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter


def retry_after(seconds: float) -> float:
    """Seconds to wait where the provider asks for `seconds`: at most 60 s, plus a random part of up to 25 %."""
    return min(seconds, LONGEST_DELAY) * random.uniform(1.0, 1.25)  # noqa: S311 - jitter
