"""The crash points: enumerated as tasks pass them, hit by deaths. A hunt makes deaths likely at new points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

NEW_POINT_PROBABILITY = 0.3  # the probability of a death at a point that no run has hit
MAX_HUNTED_DEATHS = 12  # such deaths in a run: more would let nothing get far
RARITY_FACTOR = 20  # times rarer than usual is a death at any other point


@dataclass(frozen=True)
class PlannedDeath:
    """A death at one passage of a crash point: `passage` counts the passages in the run from 1, at rest too."""

    point: str
    passage: int


@dataclass
class CrashPoints:
    """How often each point was passed while a process could die there, and how often one died.

    `passes_at_rest` counts the passes after faults have stopped. `spared` are the points that other runs have hit: with
    it this run hunts for all others, without it deaths are drawn evenly. The deaths of the `plan` come in any case.
    """

    spared: Collection[str] | None = None
    plan: Sequence[PlannedDeath] = ()
    passes: Counter[str] = field(default_factory=Counter)
    passes_at_rest: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    hunted: int = 0

    @property
    def hunts(self) -> bool:
        """Whether this run hunts for points that no run has hit."""
        return self.spared is not None

    def passed(self, name: str, *, at_rest: bool) -> None:
        """A task has come to this point."""
        (self.passes_at_rest if at_rest else self.passes)[name] += 1

    def is_planned(self, name: str) -> bool:
        """Whether the plan has a death at the present passage of this point."""
        return any(
            each.point == name and each.passage == self.passes[name] + self.passes_at_rest[name] for each in self.plan
        )

    def is_new(self, name: str) -> bool:
        """Whether this run hunts for the point: no run has hit it, and not too many have died for the hunt."""
        return (
            self.spared is not None
            and self.hunted < MAX_HUNTED_DEATHS
            and not self.hits[name]
            and name not in self.spared
        )

    def probability(self, name: str, usual: float) -> float:
        """How probable a death is at this point, where `usual` is the mixture's probability.

        It is above zero wherever `usual` is, so that a tape has an entry for each pass, with a hunt or without.
        """
        if not self.hunts or usual <= 0:
            return usual
        return NEW_POINT_PROBABILITY if self.is_new(name) else usual / RARITY_FACTOR

    def doomed(self, name: str) -> None:
        """A process is going to die at this point."""
        self.hunted += self.is_new(name)

    def hit(self, name: str) -> None:
        """A process has died at this point."""
        self.hits[name] += 1
