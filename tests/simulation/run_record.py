"""The record of a run: its trace and hash, counts of its steps by kind, and the promises that were broken."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable

MAX_TRACE_LINES = 20_000  # lines of the trace that are kept


class Violated(Exception):
    """The product has broken a promise. `kind` names the promise."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind


class RunRecord:
    """The steps of a run. `shares` counts them by kind; `elapsed` returns the world's time in seconds."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._hash = hashlib.sha256()
        self.shares: Counter[str] = Counter()
        self.trace: deque[str] = deque(maxlen=MAX_TRACE_LINES)
        self.violations: list[Violated] = []

    @property
    def hash(self) -> str:
        """The hash of everything that happened in this run."""
        return self._hash.hexdigest()[:16]

    @property
    def steps(self) -> int:
        """The number of commits, deliveries, calls and faults in this run."""
        return self.shares.total() - self.shares["turn"]

    def note(self, text: str) -> None:
        """Write a line of the trace."""
        line = f"{self._elapsed():.3f} {text}"
        self._hash.update(line.encode())
        self.trace.append(line)

    def raise_violation(self) -> None:
        """Raise the first violation that was noted, if there is one."""
        if self.violations:
            raise self.violations[0]

    def violate(self, kind: str, text: str) -> None:
        """Note a violation; the run ends with the next step."""
        self.note(f"VIOLATION {kind}: {text}")
        self.violations.append(Violated(kind, text))
