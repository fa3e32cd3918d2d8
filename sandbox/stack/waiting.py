"""Waiting for a condition with a deadline."""

import time
from collections.abc import Callable


def until(
    condition: Callable[[], bool], *, seconds: float, what: str, every: float = 0.05, abort: Callable[[], str | None]
) -> None:
    """Return once the condition holds. TimeoutError after `seconds`; RuntimeError when `abort` gives a reason."""
    deadline = time.monotonic() + seconds
    while not condition():
        if reason := abort():
            raise RuntimeError(reason)
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} was not ready after {seconds:.0f} s")
        time.sleep(every)
