"""The crash points: enumerated as tasks pass them, hit when a process dies there. A hunt draws deaths to new ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

LIKELY = 0.3  # the probability of a death at a point that no run has hit
MOST = 12  # such deaths in a run: more would let nothing get far
RARELY = 20  # times rarer than usual is a death at any other point


@dataclass
class CrashPoints:
    """How often each point was passed while a process could die there, and how often one died.

    `calm` counts the passes at rest, when nothing dies any more. `spared` are the points that other runs have hit:
    with it this run hunts for all others, without it deaths are drawn evenly.
    """

    spared: Collection[str] | None = None
    passes: Counter[str] = field(default_factory=Counter)
    calm: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    hunted: int = 0

    @property
    def hunts(self) -> bool:
        """Whether this run hunts for points that no run has hit."""
        return self.spared is not None

    def passed(self, name: str, *, calm: bool) -> None:
        """A task has come to this point."""
        (self.calm if calm else self.passes)[name] += 1

    def is_new(self, name: str) -> bool:
        """Whether this run hunts for the point: no run has hit it, and not too many have died for the hunt."""
        return self.spared is not None and self.hunted < MOST and not self.hits[name] and name not in self.spared

    def probability(self, name: str, usual: float) -> float:
        """How probable a death is at this point, where `usual` is the mixture's probability.

        It is above zero wherever `usual` is, so that a tape has an entry for each pass, with a hunt or without.
        """
        if not self.hunts or usual <= 0:
            return usual
        return LIKELY if self.is_new(name) else usual / RARELY

    def doomed(self, name: str) -> None:
        """A process is going to die at this point."""
        self.hunted += self.is_new(name)

    def hit(self, name: str) -> None:
        """A process has died at this point."""
        self.hits[name] += 1
