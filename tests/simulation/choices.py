"""The choices of a run: drawn from the seed, recorded as a tape, and replayed from one."""

import random
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

Option = TypeVar("Option")


class Choices:
    """Every decision of a run. The first option of each choice is the plainest: a tape that has ended picks it.

    Each choice has a name, by which a planted fault biases it. `tape` is what was chosen so far, an index per choice;
    `steps` has the length of the tape at the beginning of each step.
    """

    def __init__(self, seed: int, replayed: Sequence[int] | None = None) -> None:
        self._random = random.Random(f"choices of {seed}")
        self._replayed = replayed
        self.tape: list[int] = []
        self.steps: list[int] = []

    def pick(self, name: str, options: Sequence[Option], weights: Sequence[float] | None = None) -> Option:
        """One of the options; with `weights`, in proportion to them."""
        return options[self._index(len(options), weights)]

    def chance(self, name: str, probability: float) -> bool:
        """Whether something happens that happens with this probability."""
        if probability <= 0:
            return False
        return bool(self._index(2, (1 - probability, probability)))

    def number(self, name: str, below: int) -> int:
        """A whole number from 0 to `below - 1`."""
        return self._index(below, None)

    def step_begins(self) -> None:
        """Note where a step begins on the tape, for the shrinker."""
        self.steps.append(len(self.tape))

    def _index(self, count: int, weights: Sequence[float] | None) -> int:
        if self._replayed is not None:
            at = len(self.tape)
            index = self._replayed[at] % count if at < len(self._replayed) else 0
        elif weights is None:
            index = int(self._random.random() * count)
        else:
            bounds = list(accumulate(weights))
            drawn = self._random.random() * bounds[-1]
            index = next((at for at, bound in enumerate(bounds) if drawn < bound), count - 1)
        self.tape.append(index)
        return index
