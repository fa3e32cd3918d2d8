"""The crash points: enumerated as tasks pass them, and hit when a process dies there."""

from collections import Counter


class CrashPoints:
    """How often each point was passed, and how often a process died at it."""

    def __init__(self) -> None:
        self.passes: Counter[str] = Counter()
        self.hits: Counter[str] = Counter()

    def passed(self, name: str) -> None:
        """A task has come to this point."""
        self.passes[name] += 1

    def hit(self, name: str) -> None:
        """A process has died at this point."""
        self.hits[name] += 1
