"""The pause before the next attempt at a failed job."""

import random

from chassis.refusal import NoAnswer

FIRST_DELAY, LONGEST_DELAY = 0.5, 60.0
LONGEST_DELAY_WITHOUT_ANSWER = 8.0


def backoff(attempts: int, problem: Exception | None = None) -> float:
    """Seconds to wait after `attempts` attempts: at random 50 to 100 % of a delay that doubles up to 60 s.

    The delay of a job that got no answer from another service of this system doubles up to 8 s only: the service or the
    broker is back in seconds, and what waits for it must be done soon after. A provider that is down is spared.
    """
    longest = LONGEST_DELAY_WITHOUT_ANSWER if isinstance(problem, NoAnswer) else LONGEST_DELAY
    ceiling: float = min(longest, FIRST_DELAY * 2.0 ** min(attempts, 10))
    return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter


def retry_after(seconds: float) -> float:
    """Seconds to wait where the provider asks for `seconds`: at most 60 s, plus a random part of up to 25 %."""
    return min(seconds, LONGEST_DELAY) * random.uniform(1.0, 1.25)  # noqa: S311 - jitter
