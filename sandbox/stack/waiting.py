"""Waiting for a condition with a deadline."""

import time
from collections.abc import Callable


def until(
    condition: Callable[[], bool], *, seconds: float, what: str, every: float = 0.05, abort: Callable[[], str | None]
) -> None:
    """Wait until the condition holds. Raises TimeoutError after `seconds`, RuntimeError if `abort` returns a reason."""
    deadline = time.monotonic() + seconds
    while not condition():
        if reason := abort():
            raise RuntimeError(reason)
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} was not ready after {seconds:.0f} s")
        time.sleep(every)
