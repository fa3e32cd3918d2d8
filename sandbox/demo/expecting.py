"""What should be, against what is: the walk's only way to be content."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 20.0
GLANCE = 0.05


class Unmet(AssertionError):
    """An expectation that did not come true, and what was seen instead."""

    def __init__(self, what: str, *, wanted: object, seen: object) -> None:
        super().__init__(f"{what}\n  expected: {wanted}\n  seen:     {seen}")
        self.what, self.wanted, self.seen = what, wanted, seen


def expect(what: str, seen: object, wanted: object) -> None:
    """They are equal."""
    if seen != wanted:
        raise Unmet(what, wanted=wanted, seen=seen)


def expect_that(what: str, holds: object, *, seen: object) -> None:
    """It holds."""
    if not holds:
        raise Unmet(what, wanted="that it holds", seen=seen)


def expect_fields(what: str, seen: Mapping[str, Any], fields: Iterable[str]) -> None:
    """All these fields are there."""
    missing = [field for field in fields if field not in seen]
    if missing:
        raise Unmet(f"{what} has {', '.join(missing)}", wanted="those fields", seen=sorted(seen))


def eventually(
    what: str,
    look: Callable[[], T],
    *,
    holds: Callable[[T], object],
    within: float = PATIENCE,
    show: Callable[[T], object] = lambda seen: seen,
) -> T:
    """Look again and again until it holds, no longer than `within` seconds; what was seen then.

    `show` is what a failure tells of what was seen.
    """
    deadline = time.monotonic() + within
    while not holds(seen := look()):
        if time.monotonic() > deadline:
            raise Unmet(what, wanted=f"within {within:g} s", seen=show(seen))
        time.sleep(GLANCE)
    return seen
