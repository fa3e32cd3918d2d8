"""Shrinking: from the choices of a failing run to fewer and plainer ones that break the same promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """A failing run: its tape, where each of its steps begins on the tape, and the promise that it breaks."""

    tape: tuple[int, ...]
    starts: tuple[int, ...]
    kind: str

    @property
    def size(self) -> tuple[int, int]:
        """Smaller is simpler: the number of choices that are not the plainest, then the length."""
        return sum(map(bool, self.tape)), len(self.tape)


def shrink(failure: Failure, replay: Callable[[tuple[int, ...]], Failure], *, goes_on: Callable[[], bool]) -> Failure:
    """The simplest failure that is seen while `goes_on()`. `replay` runs a tape; a green run has an empty `kind`."""
    best = failure
    improved = True
    while improved and goes_on():
        improved = False
        for candidate in _candidates(best):
            if not goes_on():
                break
            if sum(map(bool, candidate)) > best.size[0] or candidate == best.tape:
                continue
            tried = replay(candidate)
            if tried.kind == failure.kind and tried.size < best.size:
                best, improved = tried, True
                break
    return best


def _candidates(failure: Failure) -> Iterator[tuple[int, ...]]:
    """Shorter tapes, then tapes without some steps, then with plainer choices; the boldest first."""
    tape = failure.tape
    for part in (2, 4, 8, 16):
        yield tape[: len(tape) - len(tape) // part]
    bounds = [*failure.starts, len(tape)]
    span = max(1, (len(bounds) - 1) // 2)
    while span:
        for first in range(0, len(bounds) - 1, span):
            start, end = bounds[first], bounds[min(first + span, len(bounds) - 1)]
            yield tape[:start] + tape[end:]
            if any(tape[start:end]):
                yield tape[:start] + (0,) * (end - start) + tape[end:]
        span //= 2
    for at, value in enumerate(tape):
        if value:
            yield (*tape[:at], 0, *tape[at + 1 :])
            yield (*tape[:at], value // 2, *tape[at + 1 :])
