"""Assertions of the walkthrough, with expected and actual values."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

DEFAULT_TIMEOUT = 20.0
POLL_INTERVAL = 0.05


class ExpectationFailed(AssertionError):
    """An expectation failed; the message names the expected and the actual value."""

    def __init__(self, what: str, *, expected: object, actual: object) -> None:
        super().__init__(f"{what}\n  expected: {expected}\n  actual:   {actual}")
        self.what, self.expected, self.actual = what, expected, actual


def expect(what: str, actual: object, expected: object) -> None:
    """Raise `ExpectationFailed` unless the actual value equals the expected value."""
    if actual != expected:
        raise ExpectationFailed(what, expected=expected, actual=actual)


def expect_that(what: str, holds: object, *, actual: object) -> None:
    """Raise `ExpectationFailed` unless the value is true."""
    if not holds:
        raise ExpectationFailed(what, expected="a true condition", actual=actual)


def expect_fields(what: str, actual: Mapping[str, Any], fields: Iterable[str]) -> None:
    """Raise `ExpectationFailed` unless the object has all these fields, with any values."""
    missing = [field for field in fields if field not in actual]
    if missing:
        raise ExpectationFailed(f"{what} has {', '.join(missing)}", expected="these fields", actual=sorted(actual))


def eventually(
    what: str,
    read: Callable[[], T],
    *,
    holds: Callable[[T], object],
    within: float = DEFAULT_TIMEOUT,
    describe: Callable[[T], object] = lambda actual: actual,
) -> T:
    """Read repeatedly until the condition `holds`, for at most `within` seconds. Returns the last value.

    `describe` selects the part of the value that a failure shows.
    """
    deadline = time.monotonic() + within
    while not holds(actual := read()):
        if time.monotonic() > deadline:
            raise ExpectationFailed(what, expected=f"within {within:g} s", actual=describe(actual))
        time.sleep(POLL_INTERVAL)
    return actual
