"""Chance and time of the simulation's own process: random bytes come from the seed, and clocks move with the world.

The only module that replaces functions of the standard library. It refuses to work in any process but a worker's, and
before any module of the product is imported, because `from time import monotonic` copies the function.
"""

import os
import random
import sys
import time
from datetime import UTC, datetime
from typing import Any

import time_machine

WORKER = "tests.simulation.worker"
START = datetime(2031, 5, 5, 12, 0, tzinfo=UTC)  # a Monday; 13:00 at the hotels, where check-in is open

_bytes = random.Random(0)
_elapsed = 0.0
_travel: list[Any] = []


def take_over() -> None:
    """Replace the sources of chance and time of this process, for good. Raises `RuntimeError` in any other process."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is None or spec.name != WORKER or "services" in sys.modules:
        raise RuntimeError(f"only {WORKER} takes its process over, before it imports the product")
    setattr(os, "urandom", _random_bytes)  # noqa: B010 - found by the rule about replaced functions
    setattr(random, "_urandom", _random_bytes)  # noqa: B010
    setattr(time, "monotonic", _monotonic)  # noqa: B010
    _travel.append(time_machine.travel(START, tick=False).start())


def begin(seed: int) -> None:
    """Begin a run: all chance comes from `seed`, and it is `START`."""
    global _elapsed  # noqa: PLW0603 - a process has one clock
    _bytes.seed(f"bytes of {seed}")
    random.seed(f"numbers of {seed}")
    _elapsed = 0.0
    _travel[0].move_to(START)


def move(seconds: float) -> None:
    """Move every clock of the process forward."""
    global _elapsed  # noqa: PLW0603
    _elapsed += seconds
    _travel[0].shift(seconds)


def real_time() -> float:
    """Seconds of the machine's own clock, for measuring and for limits of real time."""
    return time_machine.escape_hatch.time.time() if _travel else time.time()


def _random_bytes(count: int) -> bytes:
    return _bytes.randbytes(count)


def _monotonic() -> float:
    return 1_000.0 + _elapsed
